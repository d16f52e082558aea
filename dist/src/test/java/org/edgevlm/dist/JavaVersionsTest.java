package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.edgevlm.dist.Program.Result;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The distribution on every Java of this machine that is new enough: the same words from each. */
class JavaVersionsTest {

  private static final Path PICTURE = Program.SCENES.resolve("000.jpg");

  @TestFactory
  Stream<DynamicTest> captionsOnEachJava() throws IOException, InterruptedException {
    String expected = caption(Path.of(System.getProperty("java.home"))).out();
    return javas().stream()
        .map(
            java ->
                DynamicTest.dynamicTest(
                    "captions on " + java.getFileName(),
                    () -> {
                      Result result = caption(java);
                      assertEquals(0, result.exitCode(), result.err());
                      assertEquals(expected, result.out());
                      assertFalse(result.err().contains("WARNING"), result.err());
                    }));
  }

  private static Result caption(Path java) throws IOException, InterruptedException {
    return Program.edgevlm().with("JAVA_HOME", java.toString()).run("caption", PICTURE.toString());
  }

  /** The running one, and those that stand beside it. */
  private static List<Path> javas() throws IOException {
    Path running = Path.of(System.getProperty("java.home")).toRealPath();
    List<Path> found = new ArrayList<>(List.of(running));
    try (Stream<Path> beside = Files.list(running.getParent())) {
      for (Path java : beside.sorted().toList()) {
        Path real = java.toRealPath();
        if (!found.contains(real)
            && Files.isExecutable(real.resolve("bin/java"))
            && version(real) >= 17) {
          found.add(real);
        }
      }
    }
    return found;
  }

  private static int version(Path java) throws IOException {
    Path release = java.resolve("release");
    if (!Files.isReadable(release)) {
      return 0;
    }
    Properties properties = new Properties();
    try (var in = Files.newInputStream(release)) {
      properties.load(in);
    }
    String version = properties.getProperty("JAVA_VERSION", "0").replace("\"", "");
    return Integer.parseInt(version.split("[.+-]")[0]);
  }
}

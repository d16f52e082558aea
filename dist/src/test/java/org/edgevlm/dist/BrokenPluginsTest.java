package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.edgevlm.dist.Program.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A distribution that somebody put bad plugins into. */
class BrokenPluginsTest {

  private static final String SCENE = Pictures.scene(0).toString();

  @TempDir Path folder;
  private Path home;

  @BeforeEach
  void makeHome() throws IOException {
    home = Program.homeLikeTheDistribution(folder.resolve("home"));
  }

  private Result run(String... arguments) throws IOException, InterruptedException {
    return Program.of(home.resolve("bin/edgevlm")).run(arguments);
  }

  @Test
  void aBrokenJarIsReportedAndHidesNoOther() throws Exception {
    Path broken = Files.createDirectories(home.resolve("plugins/broken"));
    Files.write(broken.resolve("broken.jar"), Pictures.text());
    Result plugins = run("plugins").expect(0);
    assertTrue(plugins.err().contains("broken.jar"), plugins.err());
    assertFalse(plugins.err().contains("\tat "), plugins.err());
    assertTrue(plugins.out().contains("vision: opencv "), plugins.out());
    assertTrue(plugins.out().contains("backend: llamacpp-bytedeco "), plugins.out());
    Result caption = run("caption", "-q", SCENE).expect(0);
    assertEquals(Program.edgevlm().run("caption", "-q", SCENE).out(), caption.out());
  }

  @Test
  void anEmptyPluginFolderHidesNoOther() throws Exception {
    Files.createDirectories(home.resolve("plugins/empty"));
    run("caption", "-q", SCENE).expect(0);
  }

  @Test
  void twoPluginsOfOneIdAreNamedBoth() throws Exception {
    Path copy = Files.createDirectories(home.resolve("plugins/opencv-copy"));
    try (Stream<Path> jars = Files.list(Program.DISTRIBUTION.resolve("plugins/opencv"))) {
      for (Path jar : jars.toList()) {
        Files.createSymbolicLink(copy.resolve(jar.getFileName()), jar);
      }
    }
    Result caption = run("caption", SCENE).expect(2);
    assertTrue(caption.err().contains("opencv-copy"), caption.err());
    assertTrue(caption.err().contains("plugins/opencv/"), caption.err());
    assertEquals("", caption.out());
    Result plugins = run("plugins").expect(0);
    assertTrue(plugins.err().contains("opencv-copy"), plugins.err());
  }

  @Test
  void withoutItsPluginTheSetSaysWhatIsMissing() throws Exception {
    Files.delete(home.resolve("plugins/opencv"));
    Result caption = run("caption", SCENE).expect(2);
    assertTrue(caption.err().contains("opencv"), caption.err());
    assertTrue(run("plugins").expect(0).out().contains("backend: llamacpp-bytedeco "));
  }
}

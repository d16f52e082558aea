package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.edgevlm.dist.Program.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script {@code edgevlm} of a clone: what it checks, when it builds, what it runs. Maven is a
 * script here that writes what the build would write.
 */
class LauncherTest {

  private static final String MAVEN =
      """
      #!/bin/sh
      echo "$*" >> maven-calls
      [ -f fail ] && { echo "ERROR: it broke"; exit 1; }
      mkdir -p dist/target/edgevlm/bin
      cat > dist/target/edgevlm/bin/edgevlm <<'EOF'
      #!/bin/sh
      for argument; do echo "<$argument>"; done
      exit 3
      EOF
      chmod +x dist/target/edgevlm/bin/edgevlm
      echo "noise on standard output"
      """;

  @TempDir Path folder;
  private Path clone;
  private Path tools;

  @BeforeEach
  void makeClone() throws IOException {
    clone = Files.createDirectories(folder.resolve("a clone"));
    tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool :
        List.of(
            "sh",
            "dirname",
            "readlink",
            "sed",
            "find",
            "head",
            "touch",
            "mkdir",
            "mv",
            "cat",
            "chmod",
            "flock")) {
      Files.createSymbolicLink(tools.resolve(tool), Tools.find(tool));
    }
    Files.copy(
        Program.PROJECT.resolve("edgevlm"),
        clone.resolve("edgevlm"),
        StandardCopyOption.COPY_ATTRIBUTES);
    Files.writeString(clone.resolve("pom.xml"), "<project/>");
    Path source = Files.createDirectories(clone.resolve("runtime/src/main"));
    Files.writeString(source.resolve("A.java"), "class A {}");
    tool("javac", "#!/bin/sh\necho javac 17.0.15\n");
    tool("g++", "#!/bin/sh\n");
    tool("mvn", MAVEN);
  }

  private void tool(String name, String text) throws IOException {
    Path file = Files.writeString(tools.resolve(name), text);
    assertTrue(file.toFile().setExecutable(true));
  }

  private Program launcher() {
    return launcher(clone.resolve("edgevlm"));
  }

  private Program launcher(Path script) {
    return Program.of(script)
        .withEmptyEnvironment()
        .with("PATH", tools.toString())
        .in(Path.of("/"));
  }

  private long builds() throws IOException {
    Path calls = clone.resolve("maven-calls");
    return Files.exists(calls) ? Files.readAllLines(calls).size() : 0;
  }

  @Test
  void buildsOnceAndPassesEverythingOn() throws Exception {
    Result first = launcher().run("caption", "a b.png", "--set", "x=*").expect(3);
    assertEquals("<caption>\n<a b.png>\n<--set>\n<x=*>\n", first.out());
    assertTrue(
        first.err().startsWith("edgevlm: building, the first time takes a minute\n"), first.err());
    assertEquals(1, builds());
    Result second = launcher().run("x").expect(3);
    assertEquals("<x>\n", second.out());
    assertEquals("", second.err());
    assertEquals(1, builds());
  }

  @Test
  void buildsAgainWhenASourceIsNewer() throws Exception {
    launcher().run().expect(3);
    Path source = clone.resolve("runtime/src/main/A.java");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
    launcher().run().expect(3);
    assertEquals(2, builds());
  }

  @Test
  void worksThroughLinks() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), clone.resolve("edgevlm"));
    Path relative = Files.createSymbolicLink(folder.resolve("link2"), Path.of("link"));
    assertEquals("<y>\n", launcher(link).run("y").expect(3).out());
    assertEquals("<z>\n", launcher(relative).run("z").expect(3).out());
    assertEquals(1, builds());
  }

  @Test
  void aBuildThatFailsIsSixAndIsTriedAgain() throws Exception {
    Files.writeString(clone.resolve("fail"), "");
    Result result = launcher().run().expect(6);
    assertTrue(result.err().contains("ERROR: it broke"), result.err());
    assertTrue(result.err().contains("the build failed"), result.err());
    assertEquals("", result.out());
    Files.delete(clone.resolve("fail"));
    launcher().run().expect(3);
  }

  @Test
  void eachMissingPrerequisiteIsASentenceThatNamesThePackage() throws Exception {
    assertMissing("javac", "openjdk-17-jdk-headless");
    assertMissing("mvn", "maven");
    assertMissing("g++", "g++");
    assertEquals(0, builds());
  }

  private void assertMissing(String command, String packageName) throws Exception {
    Path hidden = Files.move(tools.resolve(command), folder.resolve("hidden"));
    Result result = launcher().run("plugins").expect(5);
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().contains("install the package " + packageName + "."), result.err());
    Files.move(hidden, tools.resolve(command));
  }

  @Test
  void anOldJdkIsNamed() throws Exception {
    tool("javac", "#!/bin/sh\necho javac 11.0.2\n");
    Result result = launcher().run("plugins").expect(5);
    assertTrue(result.err().contains("older than version 17"), result.err());
    assertTrue(result.err().contains("openjdk-17-jdk-headless"), result.err());
  }

  @Test
  void aJreIsNotEnoughToBuild() throws Exception {
    Path jre = Files.createDirectories(folder.resolve("jre/bin"));
    Files.createSymbolicLink(jre.resolve("java"), Tools.find("java"));
    Result result =
        launcher().with("JAVA_HOME", jre.getParent().toString()).run("plugins").expect(5);
    assertTrue(result.err().contains("which is no JDK"), result.err());
  }
}

package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.edgevlm.dist.Program.Result;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive, unpacked elsewhere, on a machine that has Java and the usual tools but no more. */
class ArchiveTest {

  @TempDir static Path folder;
  private static Path tools;
  private static Path home;

  @BeforeAll
  static void unpack() throws Exception {
    tools = Files.createDirectory(folder.resolve("tools"));
    for (String tool : List.of("sh", "dirname", "readlink", "sed")) {
      Files.createSymbolicLink(tools.resolve(tool), Tools.find(tool));
    }
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Files.createSymbolicLink(tools.resolve("java"), java);
    Path elsewhere = Files.createDirectory(folder.resolve("some where else"));
    Program.of(Tools.find("tar")).in(elsewhere).run("xzf", Program.ARCHIVE.toString()).expect(0);
    try (Stream<Path> entries = Files.list(elsewhere)) {
      List<Path> roots = entries.toList();
      assertEquals(1, roots.size(), "everything is in one folder: " + roots);
      home = roots.get(0);
    }
  }

  private static Program program(Path script) {
    return Program.of(script).withEmptyEnvironment().with("PATH", tools.toString());
  }

  @Test
  void hasTheDocumentedFolders() throws IOException {
    for (String entry :
        List.of(
            "bin/edgevlm",
            "conf/edgevlm.yaml",
            "lib",
            "plugins/opencv",
            "plugins/llamacpp-bytedeco",
            "models/edgevlm-tiny/edgevlm-tiny.gguf",
            "models/edgevlm-tiny/edgevlm-tiny-mmproj.gguf")) {
      assertTrue(Files.exists(home.resolve(entry)), entry);
    }
    assertTrue(Files.isExecutable(home.resolve("bin/edgevlm")));
  }

  @Test
  void captionsWithoutMavenOrCompilers() throws Exception {
    Path script = home.resolve("bin/edgevlm");
    Result result = program(script).run("caption", Pictures.scene(0).toString()).expect(0);
    String here = Program.edgevlm().run("caption", Pictures.scene(0).toString()).out();
    assertEquals(here, result.out());
    assertEquals(1, result.err().lines().count(), result.err());
  }

  @Test
  void startsThroughLinksFromAnyFolder() throws Exception {
    Path absolute = Files.createSymbolicLink(tools.resolve("e1"), home.resolve("bin/edgevlm"));
    Path relative = Files.createSymbolicLink(tools.resolve("e2"), Path.of("e1"));
    assertTrue(
        program(absolute).in(Path.of("/")).run("plugins").expect(0).out().contains("opencv"));
    assertTrue(program(relative).in(folder).run("plugins").expect(0).out().contains("opencv"));
  }

  @Test
  void withoutJavaItSaysWhichPackageToInstall() throws Exception {
    Path fewer = Files.createDirectory(folder.resolve("fewer tools"));
    for (String tool : List.of("sh", "dirname", "readlink", "sed")) {
      Files.createSymbolicLink(fewer.resolve(tool), Tools.find(tool));
    }
    Result result =
        program(home.resolve("bin/edgevlm"))
            .with("PATH", fewer.toString())
            .run("plugins")
            .expect(5);
    assertTrue(result.err().contains("install the package openjdk-17-jre-headless"), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
  }

  @Test
  void aJavaThatIsTooOldIsNamed() throws Exception {
    Path old = Files.createDirectories(folder.resolve("old java/bin"));
    Path java = Files.writeString(old.resolve("java"), "#!/bin/sh\nexit 1\n");
    assertTrue(java.toFile().setExecutable(true));
    Files.writeString(old.resolveSibling("release"), "JAVA_VERSION=\"11.0.2\"\n");
    Result result =
        program(home.resolve("bin/edgevlm"))
            .with("JAVA_HOME", old.getParent().toString())
            .run("plugins")
            .expect(5);
    assertTrue(result.err().contains("is version 11, 17 or newer is needed"), result.err());
  }
}

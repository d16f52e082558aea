package org.edgevlm.dist;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;

/** Makes plugins of sources, with the SPI of the built distribution and nothing else. */
final class PluginSources {

  private PluginSources() {}

  /** Compiles a folder of sources, adds its resources, and puts the jar into a plugin's folder. */
  static void install(Path sources, Path resources, Path plugin) throws IOException {
    Path classes = Files.createTempDirectory(plugin.getParent(), ".classes");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-nowarn", "--release", "17", "-p", spi().toString(), "-d", classes.toString()));
    files(sources, ".java").forEach(file -> arguments.add(file.toString()));
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    if (result != 0) {
      throw new AssertionError(sources + " doesn't compile");
    }
    Files.createDirectories(plugin);
    try (OutputStream out = Files.newOutputStream(plugin.resolve("plugin.jar"));
        JarOutputStream jar = new JarOutputStream(out)) {
      add(jar, classes);
      if (Files.isDirectory(resources)) {
        add(jar, resources);
      }
    }
  }

  private static Path spi() throws IOException {
    return files(Program.DISTRIBUTION.resolve("lib"), ".jar").stream()
        .filter(file -> file.getFileName().toString().startsWith("edgevlm-spi-"))
        .findFirst()
        .orElseThrow();
  }

  private static void add(JarOutputStream jar, Path folder) throws IOException {
    for (Path file : files(folder, "")) {
      jar.putNextEntry(new ZipEntry(folder.relativize(file).toString()));
      Files.copy(file, jar);
      jar.closeEntry();
    }
  }

  private static List<Path> files(Path folder, String ending) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> file.toString().endsWith(ending))
          .sorted()
          .toList();
    }
  }
}

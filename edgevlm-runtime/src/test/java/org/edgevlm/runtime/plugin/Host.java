package org.edgevlm.runtime.plugin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.edgevlm.probe.RegistryProbe;
import org.edgevlm.spi.Spi;
import org.slf4j.Logger;
import org.snakeyaml.engine.v2.api.Load;

/** The two ways in which a program can run the runtime. */
enum Host {
  /** Everything in the unnamed module: this process. */
  CLASS_PATH {
    @Override
    List<String> discover(Path... roots) {
      return RegistryProbe.list(PluginRegistry.discover(List.of(roots)));
    }
  },
  /** The runtime and its libraries as named modules, as in a distribution: a process of its own. */
  MODULE_PATH {
    @Override
    List<String> discover(Path... roots) throws IOException {
      return java(List.of(), List.of(), roots);
    }
  };

  /** What {@link RegistryProbe} lists. */
  abstract List<String> discover(Path... roots) throws IOException;

  /** Runs the probe in a new process, with more jars on its module path and class path. */
  static List<String> java(List<Path> modules, List<Path> classPath, Path... roots)
      throws IOException {
    Stream<Path> libraries =
        Stream.of(PluginRegistry.class, Spi.class, Logger.class, Load.class, Histogram.class)
            .map(TestJar::locationOf);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    command.addAll(List.of("--module-path", join(Stream.concat(libraries, modules.stream()))));
    command.addAll(
        List.of("--add-modules", modules.isEmpty() ? "org.edgevlm.runtime" : "ALL-MODULE-PATH"));
    Path probe = probe();
    command.addAll(
        List.of("--class-path", join(Stream.concat(Stream.of(probe), classPath.stream()))));
    command.add(RegistryProbe.class.getName());
    Arrays.stream(roots).map(Path::toString).forEach(command::add);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    TestJar.delete(probe);
    List<String> lines = output.lines().toList();
    if (!lines.contains("runtime in module org.edgevlm.runtime")) {
      throw new IOException(output);
    }
    return lines;
  }

  /** The probe's class alone, without the other test classes and the providers among them. */
  private static Path probe() throws IOException {
    Path folder = Files.createTempDirectory("probe");
    String name = RegistryProbe.class.getName().replace('.', '/') + ".class";
    Path copy = folder.resolve(name);
    Files.createDirectories(copy.getParent());
    Files.copy(TestJar.locationOf(RegistryProbe.class).resolve(name), copy);
    return folder;
  }

  private static String join(Stream<Path> paths) {
    return paths
        .map(Path::toString)
        .collect(Collectors.joining(System.getProperty("path.separator")));
  }
}

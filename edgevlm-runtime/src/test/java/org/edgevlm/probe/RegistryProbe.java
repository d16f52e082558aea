package org.edgevlm.probe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.edgevlm.runtime.plugin.PluginRegistry;

/**
 * Lists what a registry finds, one line each. It is also a program, for tests that need the runtime
 * in named modules: in a package of its own, since a package of a named module can't come from the
 * class path too.
 */
public final class RegistryProbe {

  private RegistryProbe() {}

  /** {@code plugin|service|id|description|source} and {@code problem|source|message}. */
  public static List<String> list(PluginRegistry registry) {
    List<String> lines = new ArrayList<>();
    registry
        .plugins()
        .forEach(
            plugin ->
                lines.add(
                    String.join(
                        "|",
                        "plugin",
                        plugin.service(),
                        plugin.id(),
                        plugin.description(),
                        plugin.source())));
    registry
        .problems()
        .forEach(problem -> lines.add("problem|" + problem.source() + "|" + problem.message()));
    return lines;
  }

  /** Lists what the folders named by the arguments hold. */
  public static void main(String[] args) {
    System.out.println("runtime in " + PluginRegistry.class.getModule());
    list(PluginRegistry.discover(Arrays.stream(args).map(Path::of).toList()))
        .forEach(System.out::println);
  }
}

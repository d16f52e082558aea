package org.edgevlm.app.cli;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.app.service.ServerKeys;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.config.ConfigException;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.inference.LoadProgress;

/**
 * What a distribution holds, and the configuration in effect.
 *
 * @param home the distribution's folder
 * @param plugins those it found
 */
record Installation(Path home, PluginRegistry plugins) {

  /** The installation that this program was started from. */
  static Installation find() {
    Path home = locate();
    return new Installation(home, PluginRegistry.discover(List.of(home.resolve("plugins"))));
  }

  private static Path locate() {
    String configured = System.getProperty("edgevlm.home");
    if (configured != null) {
      return Path.of(configured);
    }
    CodeSource source = Installation.class.getProtectionDomain().getCodeSource();
    try {
      // <home>/lib/app.jar
      Path lib = source == null ? null : Path.of(source.getLocation().toURI()).getParent();
      if (lib != null
          && lib.getParent() != null
          && Files.isDirectory(lib.resolveSibling("plugins"))) {
        return lib.getParent();
      }
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a code source has a valid address", e);
    }
    throw new CliException(
        ExitCode.USAGE,
        "start bin/edgevlm, or set -Dedgevlm.home to the distribution's folder",
        null);
  }

  /** The configuration: file, environment and command line. */
  Configuration configuration(RootCommand root) {
    return configuration(root, Map.of());
  }

  /** The configuration with further keys, which win over all others. */
  Configuration configuration(RootCommand root, Map<String, String> further) {
    Optional<Path> file = root.configFile();
    if (file.isPresent() && !Files.isReadable(file.get())) {
      throw new CliException(
          ExitCode.USAGE, "can't read the configuration file " + file.get(), null);
    }
    Path installed = home.resolve("conf").resolve("edgevlm.yaml");
    if (file.isEmpty() && Files.isReadable(installed)) {
      file = Optional.of(installed);
    }
    Map<String, String> sets = root.sets();
    sets.putAll(further);
    return Configuration.load(file, System.getenv(), sets, plugins, ServerKeys.ALL);
  }

  /**
   * Assembles and loads the configured set, with a bar while that takes long, and warns of what was
   * degraded.
   */
  EdgeVlm open(Configuration configuration, Console console) {
    Shutdown shutdown =
        Shutdown.onSignal(
            () -> {
              console.end();
              return true;
            });
    return open(configuration, console, LoadProgress.NONE, shutdown);
  }

  /**
   * The same, with somebody else who wants to know how far it is.
   *
   * @param watcher told as the bar is
   * @param shutdown what closes the model when the process is told to end
   */
  EdgeVlm open(
      Configuration configuration, Console console, LoadProgress watcher, Shutdown shutdown) {
    EdgeVlm edgeVlm = null;
    try (LoadingBar bar = new LoadingBar(console)) {
      LoadProgress both =
          (done, total) -> {
            bar.update(done, total);
            watcher.update(done, total);
          };
      edgeVlm = EdgeVlm.open(configuration, plugins, home, both);
    } catch (ConfigException | PluginException e) {
      throw e;
    } catch (EdgeVlmException e) {
      throw new CliException(ExitCode.MODEL, e.getMessage(), e);
    } finally {
      shutdown.loaded(Optional.ofNullable(edgeVlm));
    }
    edgeVlm.degradations().forEach(part -> console.warning(part.warning()));
    return edgeVlm;
  }
}

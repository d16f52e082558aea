package org.edgevlm.runtime.plugin;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.Spi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects providers from loaders and notes what is wrong with the others. Nothing that a plugin
 * throws, errors of the class loader included, ends the search.
 */
final class Discovery {

  /** Names of the core's own keys and sections, which no plugin's section may hide. */
  static final Set<String> RESERVED_IDS =
      Set.of(
          "auto",
          "backend",
          "cache",
          "decoding",
          "degrade",
          "encoder",
          "image",
          "model",
          "sampling",
          "server",
          "vision");

  private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);
  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  /** A service loader whose failures don't bring it forward is left after this many. */
  private static final int MAX_FAILURES = 100;

  /** A provider and what it said of itself. */
  record Installed(PluginProvider provider, PluginDescriptor descriptor) {}

  private final List<Installed> installed = new ArrayList<>();
  private final Set<PluginProblem> problems = new LinkedHashSet<>();
  private final Platform platform = Platform.current();

  List<Installed> installed() {
    return installed;
  }

  Set<PluginProblem> problems() {
    return problems;
  }

  /** Looks into each folder of a folder of plugins; one that isn't there holds none. */
  void scanRoot(Path root) {
    if (!Files.isDirectory(root)) {
      return;
    }
    List<Path> children;
    try (Stream<Path> files = Files.list(root)) {
      children = files.filter(file -> !file.getFileName().toString().startsWith(".")).toList();
    } catch (IOException e) {
      report(root.toString(), "cannot be listed: " + e, e);
      return;
    }
    children.stream().sorted().forEach(this::scanFolder);
  }

  private void scanFolder(Path folder) {
    if (Files.isDirectory(folder)) {
      ClassLoader loader;
      try {
        loader = PluginFolder.open(folder);
      } catch (PluginException e) {
        report(folder.toString(), e.getMessage(), e);
        return;
      } catch (RuntimeException | Error e) {
        report(folder.toString(), describe(e), e);
        return;
      }
      if (scan(loader, folder.toString()) == 0) {
        report(folder.toString(), "its jars provide none of the EdgeVLM services", null);
      }
    } else if (folder.toString().endsWith(".jar")) {
      report(folder.toString(), "a plugin's jars belong into a folder of their own", null);
    }
  }

  /**
   * Takes every provider that a loader finds.
   *
   * @return providers and failures met
   */
  int scan(ClassLoader loader, String where) {
    int met = 0;
    for (PluginService service : PluginService.ALL) {
      met += scan(service, loader, where);
    }
    return met;
  }

  private int scan(PluginService service, ClassLoader loader, String where) {
    Iterator<? extends ServiceLoader.Provider<? extends PluginProvider>> providers =
        ServiceLoader.load(service.type(), loader).stream().iterator();
    int met = 0;
    int failures = 0;
    while (failures < MAX_FAILURES) {
      String source = where;
      try {
        if (!providers.hasNext()) {
          break;
        }
        met++;
        ServiceLoader.Provider<? extends PluginProvider> next = providers.next();
        source = sourceOf(next.type(), where);
        accept(service, next.get(), source);
      } catch (RuntimeException | Error e) {
        failures++;
        report(source, service.label() + " provider: " + describe(e), e);
      }
    }
    return met + failures;
  }

  /** Takes a provider that a program made itself. */
  void offer(PluginService service, PluginProvider provider) {
    String source = sourceOf(provider.getClass(), provider.getClass().getName());
    try {
      accept(service, provider, source);
    } catch (RuntimeException | Error e) {
      report(source, service.label() + " provider: " + describe(e), e);
    }
  }

  /** Takes one provider, if it is what the platform asks of providers. */
  private void accept(PluginService service, PluginProvider provider, String source) {
    String who = service.label() + " provider " + provider.getClass().getName();
    int spiVersion = provider.spiVersion();
    if (spiVersion != Spi.VERSION) {
      report(
          source,
          who
              + " was built for version "
              + spiVersion
              + " of the EdgeVLM SPI and this is version "
              + Spi.VERSION
              + ": install a version of the plugin that fits",
          null);
      return;
    }
    String id = provider.id();
    if (id == null || !ID.matcher(id).matches() || RESERVED_IDS.contains(id)) {
      report(
          source,
          who
              + " has the id '"
              + id
              + "': an id is lower-case letters, digits and hyphens, begins with a letter, and is"
              + " none of the configuration's own names",
          null);
      return;
    }
    installed.add(
        new Installed(
            provider,
            new PluginDescriptor(
                service.label(),
                id,
                provider.version(),
                spiVersion,
                provider.priority(),
                provider.description(),
                source,
                provider.supports(platform),
                service.capabilities(provider),
                provider.configKeys())));
  }

  private void report(String source, String message, Throwable cause) {
    problems.add(new PluginProblem(source, message));
    LOG.debug("{}: {}", source, message, cause);
  }

  private static String sourceOf(Class<?> type, String otherwise) {
    CodeSource code = type.getProtectionDomain().getCodeSource();
    if (code == null || code.getLocation() == null) {
      return otherwise;
    }
    try {
      return Path.of(code.getLocation().toURI()).toString();
    } catch (URISyntaxException | RuntimeException e) {
      return code.getLocation().toString();
    }
  }

  private static String describe(Throwable problem) {
    if (problem instanceof ServiceConfigurationError) {
      if (problem.getCause() != null) {
        return describe(problem.getCause());
      }
      // "the.Service: what is wrong"; the service was said already
      String what = problem.getMessage();
      return what.substring(what.indexOf(": ") + 1).strip();
    }
    if (problem instanceof ExceptionInInitializerError && problem.getCause() != null) {
      return describe(problem.getCause());
    }
    if (problem instanceof NoClassDefFoundError || problem instanceof ClassNotFoundException) {
      return "class "
          + String.valueOf(problem.getMessage()).replace('/', '.')
          + " is missing from the plugin's jars";
    }
    return problem.toString();
  }
}

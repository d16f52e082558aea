package org.edgevlm.runtime.plugin;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.edgevlm.runtime.internal.Nearest;
import org.edgevlm.runtime.plugin.Discovery.Installed;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.PluginProvider;

/**
 * The plugins that are installed: in folders, on the module path and on the class path.
 *
 * <p>A plugin that can't be used never stops the program or hides another; it is listed among the
 * {@link #problems}. Two plugins of one service with the same id are such a problem, and neither
 * can be selected. Immutable.
 */
public final class PluginRegistry {

  private final Map<PluginService, Map<String, List<Installed>>> byService;
  private final List<PluginDescriptor> plugins;
  private final List<PluginProblem> problems;

  private PluginRegistry(List<Installed> installed, Set<PluginProblem> found) {
    byService = new LinkedHashMap<>();
    plugins = new ArrayList<>();
    problems = new ArrayList<>(found);
    for (PluginService service : PluginService.ALL) {
      Map<String, List<Installed>> byId =
          installed.stream()
              .filter(plugin -> plugin.descriptor().service().equals(service.label()))
              .sorted(
                  Comparator.comparingInt((Installed plugin) -> -plugin.descriptor().priority())
                      .thenComparing(plugin -> plugin.descriptor().id()))
              .collect(
                  Collectors.groupingBy(
                      plugin -> plugin.descriptor().id(),
                      LinkedHashMap::new,
                      Collectors.toUnmodifiableList()));
      byService.put(service, byId);
      byId.values().stream()
          .flatMap(List::stream)
          .forEach(plugin -> plugins.add(plugin.descriptor()));
      byId.forEach(
          (id, same) -> {
            if (same.size() > 1) {
              problems.add(
                  new PluginProblem(
                      same.get(0).descriptor().source(), ambiguity(service, id, same)));
            }
          });
    }
  }

  /**
   * Finds plugins in folders, on the module path and on the class path.
   *
   * @param pluginRoots folders such as {@code plugins/}, each of whose folders holds the jars of
   *     one plugin and gets a module layer and a class loader of its own; one that doesn't exist
   *     holds none
   */
  public static PluginRegistry discover(List<Path> pluginRoots) {
    Discovery discovery = new Discovery();
    discovery.scan(PluginRegistry.class.getClassLoader(), "module path and class path");
    Set<Path> roots = new LinkedHashSet<>();
    pluginRoots.forEach(root -> roots.add(root.toAbsolutePath().normalize()));
    roots.forEach(discovery::scanRoot);
    return new PluginRegistry(discovery.installed(), discovery.problems());
  }

  /** A registry of these providers alone, for programs that bring their own. */
  public static PluginRegistry of(List<? extends PluginProvider> providers) {
    Discovery discovery = new Discovery();
    for (PluginProvider provider : providers) {
      for (PluginService service : PluginService.ALL) {
        if (service.type().isInstance(provider)) {
          discovery.offer(service, provider);
        }
      }
    }
    return new PluginRegistry(discovery.installed(), discovery.problems());
  }

  /**
   * Every plugin that was found, service by service, the highest priority first. Of two with the
   * same id both are here.
   */
  public List<PluginDescriptor> plugins() {
    return List.copyOf(plugins);
  }

  /** What is wrong with what is installed. */
  public List<PluginProblem> problems() {
    return List.copyOf(problems);
  }

  /** The usable providers of a service, the highest priority first, then by id. */
  public <P extends PluginProvider> List<P> all(Class<P> providerType) {
    return byService.get(PluginService.of(providerType)).values().stream()
        .filter(same -> same.size() == 1)
        .map(same -> providerType.cast(same.get(0).provider()))
        .toList();
  }

  /**
   * The provider of a service that has this id.
   *
   * @throws PluginException if there is none, naming those that are there, the nearest first; if
   *     there are two, naming both jars; or if it can't run on this machine
   */
  public <P extends PluginProvider> P find(Class<P> providerType, String id) {
    PluginService service = PluginService.of(providerType);
    Map<String, List<Installed>> byId = byService.get(service);
    List<Installed> same = byId.getOrDefault(id, List.of());
    if (same.isEmpty()) {
      throw new PluginException(unknown(service, id, byId));
    }
    if (same.size() > 1) {
      throw new PluginException(ambiguity(service, id, same));
    }
    PluginDescriptor descriptor = same.get(0).descriptor();
    if (!descriptor.support().supported()) {
      throw new PluginException(
          service.label() + " '" + id + "' cannot run here: " + descriptor.support().reason());
    }
    return providerType.cast(same.get(0).provider());
  }

  private String unknown(PluginService service, String id, Map<String, List<Installed>> byId) {
    String message = "no " + service.label() + " plugin is called '" + id + "'";
    message +=
        byId.isEmpty()
            ? "; none is installed"
            : "; there are, the nearest first: "
                + String.join(", ", Nearest.order(id, byId.keySet()));
    if (!problems.isEmpty()) {
      message +=
          ". Not usable: "
              + problems.stream()
                  .map(PluginProblem::source)
                  .distinct()
                  .collect(Collectors.joining(", "))
              + " ('edgevlm plugins' says why)";
    }
    return message;
  }

  private static String ambiguity(PluginService service, String id, List<Installed> same) {
    Stream<String> sources = same.stream().map(plugin -> plugin.descriptor().source());
    return "the "
        + service.label()
        + " '"
        + id
        + "' is provided more than once, remove all but one of: "
        + sources.collect(Collectors.joining(", "));
  }
}

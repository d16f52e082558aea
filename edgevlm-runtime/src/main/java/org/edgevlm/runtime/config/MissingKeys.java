package org.edgevlm.runtime.config;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.edgevlm.runtime.plugin.PluginDescriptor;
import org.edgevlm.spi.ConfigKey;

/**
 * Keys that a plugin doesn't have and another plugin of the same service does: what a configuration
 * still sets when a plugin was swapped for another, which is no misspelling.
 */
final class MissingKeys {

  private final Map<String, Set<String>> having = new TreeMap<>();

  MissingKeys(List<PluginDescriptor> plugins) {
    for (PluginDescriptor owner : plugins) {
      for (PluginDescriptor other : plugins) {
        if (other.service().equals(owner.service()) && !other.id().equals(owner.id())) {
          for (ConfigKey<?> key : owner.configKeys()) {
            having
                .computeIfAbsent(other.id() + "." + key.name(), name -> new TreeSet<>())
                .add(owner.id());
          }
        }
      }
    }
    Set<String> declared =
        plugins.stream()
            .flatMap(
                plugin -> plugin.configKeys().stream().map(key -> plugin.id() + "." + key.name()))
            .collect(Collectors.toSet());
    having.keySet().removeAll(declared);
  }

  /** Full names, each of a plugin's section that has no such key. */
  Set<String> names() {
    return Collections.unmodifiableSet(having.keySet());
  }

  /** Which plugins have a key that this name's plugin doesn't, in words; empty if none has. */
  Optional<String> whoHas(String name) {
    Set<String> owners = having.get(name);
    if (owners == null) {
      return Optional.empty();
    }
    String plugin = Schema.sectionOf(name);
    return Optional.of(
        plugin
            + " has no key '"
            + name.substring(plugin.length() + 1)
            + "'; "
            + String.join(" and ", owners)
            + (owners.size() == 1 ? " has" : " have"));
  }
}

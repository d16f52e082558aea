package org.edgevlm.runtime.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.edgevlm.runtime.internal.Nearest;
import org.edgevlm.runtime.plugin.PluginDescriptor;
import org.edgevlm.spi.ConfigKey;

/** Every key there is: the core's, the program's and, in sections named after ids, the plugins'. */
final class Schema {

  static final String ENV_PREFIX = "EDGEVLM_";

  private final Map<String, List<ConfigKey<?>>> keys = new LinkedHashMap<>();
  private final Map<String, List<String>> sections = new LinkedHashMap<>();
  private final Set<String> pluginIds;
  private final MissingKeys missingKeys;
  private final Set<ConfigKey<?>> ownKeys = new LinkedHashSet<>(CoreKeys.ALL);

  /**
   * @param programKeys those of the program around the runtime, by full name
   */
  Schema(List<PluginDescriptor> plugins, List<ConfigKey<?>> programKeys) {
    ownKeys.addAll(programKeys);
    for (ConfigKey<?> key : ownKeys) {
      declare(key.name(), key);
      int dot = key.name().indexOf('.');
      if (dot > 0) {
        section(key.name().substring(0, dot)).add(key.name());
      }
    }
    Map<String, List<ConfigKey<?>>> byId = new TreeMap<>();
    for (PluginDescriptor plugin : plugins) {
      byId.computeIfAbsent(plugin.id(), id -> new ArrayList<>()).addAll(plugin.configKeys());
    }
    pluginIds = new LinkedHashSet<>(byId.keySet());
    missingKeys = new MissingKeys(plugins);
    byId.forEach(
        (id, declared) -> {
          List<String> names = section(id);
          for (ConfigKey<?> key : declared) {
            if (declare(id + "." + key.name(), key)) {
              names.add(id + "." + key.name());
            }
          }
        });
  }

  private List<String> section(String name) {
    return sections.computeIfAbsent(name, section -> new ArrayList<>());
  }

  private boolean declare(String name, ConfigKey<?> key) {
    List<ConfigKey<?>> same = keys.computeIfAbsent(name, n -> new ArrayList<>());
    same.add(key);
    return same.size() == 1;
  }

  /** Full names in the order in which users see them: the core's, then plugin by plugin. */
  Collection<String> names() {
    return keys.keySet();
  }

  /** Whether a key is the core's or the program's. */
  boolean isOwn(ConfigKey<?> key) {
    return ownKeys.contains(key);
  }

  boolean isPlugin(String id) {
    return pluginIds.contains(id);
  }

  /** Whether a plugin, rather than the core, declares a key. */
  boolean isPluginKey(String name) {
    return isPlugin(sectionOf(name));
  }

  boolean isDeclared(String name) {
    return keys.containsKey(name);
  }

  /** The key of a full name; of several services of one plugin, the first one's. */
  ConfigKey<?> key(String name) {
    return keys.get(name).get(0);
  }

  /** Refuses a setting of a key that isn't there or with a value that isn't allowed. */
  void check(Setting setting) {
    if (setting.raw() == null && sections.containsKey(setting.key())) {
      return;
    }
    if (!keys.containsKey(setting.key())) {
      throw setting.error(unknown(setting.key()));
    }
    for (ConfigKey<?> key : keys.get(setting.key())) {
      checkValue(setting, key);
    }
  }

  private static void checkValue(Setting setting, ConfigKey<?> key) {
    if (setting.raw() == null) {
      throw setting.error(
          "'" + setting.key() + "' has no value; it takes " + key.allowed() + " or leave it out");
    }
    if (setting.raw() instanceof List<?> && !(key.defaultValue() instanceof List<?>)) {
      throw setting.error(
          "'" + setting.key() + "' is a list " + setting.raw() + ", not " + key.allowed());
    }
    try {
      key.parse(setting.raw());
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          setting
              .error("'" + setting.key() + "' is '" + setting.raw() + "', " + e.getMessage())
              .getMessage(),
          e);
    }
  }

  private String unknown(String name) {
    if (sections.containsKey(name)) {
      return "'" + name + "' is a section, not a key; " + keysOf(name);
    }
    String section = sectionOf(name);
    if (sections.containsKey(section)) {
      List<String> names = sections.get(section);
      return "unknown key '"
          + name
          + "'"
          + missingKeys.whoHas(name).map(whoHas -> ": " + whoHas).orElse("")
          + didYouMean(name, names)
          + "; "
          + keysOf(section);
    }
    String message = "unknown key '" + name + "'" + didYouMean(name, keys.keySet());
    if (section.isEmpty()) {
      message +=
          "; keys are "
              + keys.keySet().stream()
                  .filter(key -> sectionOf(key).isEmpty())
                  .collect(Collectors.joining(", "));
    }
    return message
        + "; sections are "
        + sections.keySet().stream()
            .filter(known -> !isPlugin(known))
            .collect(Collectors.joining(", "))
        + ", and the installed plugins' "
        + (pluginIds.isEmpty() ? "(none)" : String.join(", ", pluginIds));
  }

  private String keysOf(String section) {
    List<String> names = sections.get(section);
    return names.isEmpty()
        ? section + " has no keys"
        : "keys of " + section + " are " + String.join(", ", names);
  }

  /** A key of the same last name in another section is nearer than any misspelling. */
  private static String didYouMean(String name, Collection<String> names) {
    String last = lastOf(name);
    List<String> same = names.stream().filter(known -> lastOf(known).equals(last)).toList();
    List<String> nearest = Nearest.order(name, same.isEmpty() ? names : same);
    return nearest.isEmpty() ? "" : " (did you mean '" + nearest.get(0) + "'?)";
  }

  /** The setting that an environment variable makes. */
  Setting fromEnvironment(String variable, String value) {
    String origin = "env " + variable;
    List<String> matches =
        keys.keySet().stream().filter(name -> variable(name).equals(variable)).toList();
    if (matches.size() > 1) {
      throw new ConfigException(
          origin + ": could mean " + String.join(" or ", matches) + ": use --set instead");
    }
    if (matches.isEmpty()) {
      throw new ConfigException(origin + ": " + unknownVariable(variable));
    }
    return new Setting(matches.get(0), value, origin);
  }

  private String unknownVariable(String variable) {
    for (String missing : missingKeys.names()) {
      if (variable(missing).equals(variable)) {
        return missingKeys.whoHas(missing).orElseThrow();
      }
    }
    // As for keys, one that only lacks its section is nearer than any misspelling.
    String last = variable.substring(ENV_PREFIX.length() - 1);
    List<String> variables = keys.keySet().stream().map(Schema::variable).toList();
    List<String> same = variables.stream().filter(known -> known.endsWith(last)).toList();
    String nearest = Nearest.order(variable, same.isEmpty() ? variables : same).get(0);
    return "no key has this variable: did you mean " + nearest + "?";
  }

  /** {@code image.max_side} is {@code EDGEVLM_IMAGE_MAX_SIDE}. */
  static String variable(String name) {
    return ENV_PREFIX + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  static String sectionOf(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? "" : name.substring(0, dot);
  }

  private static String lastOf(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }
}

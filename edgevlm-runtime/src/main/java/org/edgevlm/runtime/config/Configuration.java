package org.edgevlm.runtime.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.spi.inference.ImageEncoderProvider;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.vision.VisionProcessorProvider;

/**
 * The effective configuration: defaults, over them a YAML file, over that environment variables,
 * and over all {@code --set}. Every key and value has been checked against what the core and the
 * installed plugins declare, and every plugin that was selected is there. Immutable.
 *
 * <p>As {@link ConfigValues} it holds the {@link CoreKeys} and the program's keys; each plugin has
 * a {@link #section}.
 */
public final class Configuration implements ConfigValues {

  private static final String DEFAULT = "default";

  private static final String HEADER =
      """
      EdgeVLM's configuration. What is left out is at its default, which is what this file shows.
      Environment variables (EDGEVLM_IMAGE_MAX_SIDE for image.max_side) go over this file, and
      --set key=value over both. "edgevlm config" shows what is in effect and where it came from.
      Plugins have sections named after their ids: take away the # before a name to set it.
      """;

  private final Schema schema;
  private final Map<String, Setting> settings;

  private Configuration(Schema schema, Map<String, Setting> settings) {
    this.schema = schema;
    this.settings = settings;
  }

  /**
   * Puts the configuration together and checks it.
   *
   * @param file a YAML file, where there is one
   * @param environment the process's environment; {@code EDGEVLM_IMAGE_MAX_SIDE} sets {@code
   *     image.max_side}; variables without the prefix, the launcher's, and what Kubernetes sets for
   *     a Service called {@code edgevlm} are ignored
   * @param sets values given by {@code --set}, by full key
   * @param plugins whose sections there are
   * @param programKeys what the program around the runtime can be told, by full name
   * @throws ConfigException if a file can't be read, a key is unknown, a value isn't allowed or a
   *     selected plugin isn't usable; the message says where and what would be right
   */
  public static Configuration load(
      Optional<Path> file,
      Map<String, String> environment,
      Map<String, String> sets,
      PluginRegistry plugins,
      List<ConfigKey<?>> programKeys) {
    Schema schema = new Schema(plugins.plugins(), programKeys);
    Map<String, Setting> settings = new HashMap<>();
    file.map(YamlFile::read).orElse(List.of()).forEach(setting -> put(settings, schema, setting));
    new TreeMap<>(environment)
        .forEach(
            (name, value) -> {
              if (EnvironmentFilter.isSetting(name, value)) {
                put(settings, schema, schema.fromEnvironment(name, value));
              }
            });
    sets.forEach((key, value) -> put(settings, schema, new Setting(key.trim(), value, "--set")));
    Configuration configuration = new Configuration(schema, Map.copyOf(settings));
    configuration.checkSelection(plugins);
    return configuration;
  }

  /** The same for a program without keys of its own. */
  public static Configuration load(
      Optional<Path> file,
      Map<String, String> environment,
      Map<String, String> sets,
      PluginRegistry plugins) {
    return load(file, environment, sets, plugins, List.of());
  }

  /** Every key at its default, for a program without keys of its own. */
  public static Configuration defaults(PluginRegistry plugins) {
    return defaults(plugins, List.of());
  }

  /** Every key at its default. */
  public static Configuration defaults(PluginRegistry plugins, List<ConfigKey<?>> programKeys) {
    return load(Optional.empty(), Map.of(), Map.of(), plugins, programKeys);
  }

  private static void put(Map<String, Setting> settings, Schema schema, Setting setting) {
    schema.check(setting);
    if (setting.raw() != null) {
      settings.put(setting.key(), setting);
    }
  }

  /** A default that isn't installed is no error before it is used. */
  private void checkSelection(PluginRegistry plugins) {
    checkSelected(CoreKeys.BACKEND, InferenceBackendProvider.class, plugins);
    checkSelected(CoreKeys.ENCODER, ImageEncoderProvider.class, plugins);
    checkSelected(CoreKeys.VISION, VisionProcessorProvider.class, plugins);
    checkSelected(CoreKeys.CACHE, CachePolicyProvider.class, plugins);
    checkSelected(CoreKeys.DECODING, DecodingStrategyProvider.class, plugins);
  }

  private void checkSelected(
      ConfigKey<?> key, Class<? extends PluginProvider> service, PluginRegistry plugins) {
    Setting setting = settings.get(key.name());
    if (setting == null) {
      return;
    }
    Object value = get(key);
    List<?> ids = value instanceof List<?> list ? list : List.of(value);
    for (Object id : ids) {
      if (key == CoreKeys.ENCODER && id.equals(CoreKeys.AUTO)) {
        continue;
      }
      try {
        plugins.find(service, id.toString());
      } catch (PluginException e) {
        throw new ConfigException(
            setting.error("'" + key.name() + "': " + e.getMessage()).getMessage(), e);
      }
    }
  }

  /**
   * The value of one of the {@link CoreKeys} or of the program's keys.
   *
   * @throws IllegalArgumentException if the key is a plugin's; see {@link #section}
   */
  @Override
  public <T> T get(ConfigKey<T> key) {
    if (!schema.isOwn(key)) {
      throw new IllegalArgumentException("'" + key + "' is not a key of the core or the program");
    }
    return value(key.name(), key);
  }

  /**
   * A plugin's own values.
   *
   * @throws IllegalArgumentException if no installed plugin has this id
   */
  public ConfigValues section(String pluginId) {
    if (!schema.isPlugin(pluginId)) {
      throw new IllegalArgumentException("no installed plugin has the id '" + pluginId + "'");
    }
    return new ConfigValues() {
      @Override
      public <T> T get(ConfigKey<T> key) {
        String name = pluginId + "." + key.name();
        if (!schema.isDeclared(name)) {
          throw new IllegalArgumentException(
              "plugin '" + pluginId + "' doesn't declare the key '" + key + "'");
        }
        return value(name, key);
      }
    };
  }

  private <T> T value(String name, ConfigKey<T> key) {
    Setting setting = settings.get(name);
    return setting == null ? key.defaultValue() : key.parse(setting.raw());
  }

  /** Every key with its effective value and where that came from: the core's, then the plugins'. */
  public List<ConfigEntry> entries() {
    return schema.names().stream().map(this::entry).toList();
  }

  private ConfigEntry entry(String name) {
    ConfigKey<?> key = schema.key(name);
    Setting setting = settings.get(name);
    return new ConfigEntry(
        name,
        key.format(value(name, key)),
        setting == null ? DEFAULT : setting.origin(),
        key.description());
  }

  /** The effective configuration as a YAML file, each key with what it is for and its origin. */
  public String toYaml() {
    ConfigTemplate yaml = new ConfigTemplate();
    for (ConfigEntry entry : entries()) {
      yaml.add(entry, schema.key(entry.key()), entry.origin(), false);
    }
    return yaml.toString();
  }

  /**
   * A YAML file of every key at its default, each with what it is for and what it allows. The
   * plugins' sections are commented out, so the file stays valid when a plugin is removed.
   */
  public static String template(PluginRegistry plugins, List<ConfigKey<?>> programKeys) {
    Configuration defaults = defaults(plugins, programKeys);
    ConfigTemplate yaml = new ConfigTemplate();
    yaml.comment(HEADER);
    for (ConfigEntry entry : defaults.entries()) {
      ConfigKey<?> key = defaults.schema.key(entry.key());
      yaml.add(entry, key, key.allowed(), defaults.schema.isPluginKey(entry.key()));
    }
    return yaml.toString();
  }
}

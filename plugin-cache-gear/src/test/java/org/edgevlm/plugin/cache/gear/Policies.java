package org.edgevlm.plugin.cache.gear;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;

/** Makes policies with settings as a configuration has them. */
final class Policies {

  private Policies() {}

  /**
   * @param pairs keys and values
   */
  static CachePolicy of(CachePolicyProvider provider, String... pairs) {
    Map<String, String> settings = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      settings.put(pairs[i], pairs[i + 1]);
    }
    return of(provider, settings);
  }

  static CachePolicy of(CachePolicyProvider provider, Map<String, String> settings) {
    ConfigValues values =
        new ConfigValues() {
          @Override
          public <T> T get(ConfigKey<T> key) {
            assertTrue(provider.configKeys().contains(key), key + " is declared");
            String text = settings.get(key.name());
            return text == null ? key.defaultValue() : key.parse(text);
          }
        };
    return provider.create(
        new PluginContext() {
          @Override
          public ConfigValues config() {
            return values;
          }

          @Override
          public Platform platform() {
            throw new UnsupportedOperationException("it needs no platform");
          }

          @Override
          public Path workDirectory() {
            throw new UnsupportedOperationException("it needs no folder");
          }
        });
  }
}

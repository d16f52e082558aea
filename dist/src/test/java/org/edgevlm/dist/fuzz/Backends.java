package org.edgevlm.dist.fuzz;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.inference.ImageEncoderFactory;
import org.edgevlm.spi.inference.ImageEncoderProvider;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceBackendProvider;

/** All backends and image encoders of a distribution, side by side in this process. */
final class Backends {

  private final List<InferenceBackendProvider> backends;
  private final List<ImageEncoderProvider> encoders;
  private final Path folder;

  /**
   * @param folder where natives are unpacked to
   */
  Backends(Path distribution, Path folder) {
    PluginRegistry plugins = PluginRegistry.discover(List.of(distribution.resolve("plugins")));
    if (!plugins.problems().isEmpty()) {
      throw new AssertionError(plugins.problems().toString());
    }
    backends = plugins.all(InferenceBackendProvider.class);
    encoders = plugins.all(ImageEncoderProvider.class);
    this.folder = folder;
  }

  /** Those that open language models. */
  List<InferenceBackendProvider> all() {
    return backends;
  }

  /** Those that open image encoders. */
  List<ImageEncoderProvider> encoders() {
    return encoders;
  }

  /** A backend, its keys as a user writes them; keys that it hasn't are left out. */
  InferenceBackend open(InferenceBackendProvider provider, Map<String, String> keys) {
    return provider.create(context(provider, keys));
  }

  /** An image encoder's factory. */
  ImageEncoderFactory open(ImageEncoderProvider provider, Map<String, String> keys) {
    return provider.create(context(provider, keys));
  }

  private PluginContext context(PluginProvider provider, Map<String, String> keys) {
    ConfigValues values =
        new ConfigValues() {
          @Override
          public <T> T get(ConfigKey<T> key) {
            String text = keys.get(key.name());
            return text == null ? key.defaultValue() : key.parse(text);
          }
        };
    // As the runtime does: all keys are read when the configuration is.
    provider.configKeys().forEach(values::get);
    return new PluginContext() {
      @Override
      public ConfigValues config() {
        return values;
      }

      @Override
      public Platform platform() {
        return Platform.current();
      }

      @Override
      public Path workDirectory() {
        return folder;
      }
    };
  }
}

package org.edgevlm.testkit.vision;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginProblem;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.vision.ImageHeader;
import org.edgevlm.spi.vision.ImageLimits;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;
import org.edgevlm.spi.vision.VisionProcessor;
import org.edgevlm.spi.vision.VisionProcessorProvider;

/** A processor, made as the runtime makes it: through the registry, with its configuration. */
public final class VisionUnderTest implements AutoCloseable {

  private final VisionProcessor processor;

  private VisionUnderTest(VisionProcessor processor) {
    this.processor = processor;
  }

  /**
   * Makes a provider's processor with the defaults of its keys.
   *
   * @throws AssertionError if the registry finds something wrong with the provider
   */
  public static VisionUnderTest of(VisionProcessorProvider provider) {
    PluginRegistry registry = PluginRegistry.of(List.of(provider));
    return of(provider, Configuration.defaults(registry).section(provider.id()));
  }

  /** Makes a provider's processor with one key set. */
  public static <V> VisionUnderTest of(
      VisionProcessorProvider provider, ConfigKey<V> key, Object value) {
    PluginRegistry registry = PluginRegistry.of(List.of(provider));
    ConfigValues defaults = Configuration.defaults(registry).section(provider.id());
    return of(
        provider,
        new ConfigValues() {
          @Override
          public <T> T get(ConfigKey<T> asked) {
            return asked == key ? asked.parse(value) : defaults.get(asked);
          }
        });
  }

  private static VisionUnderTest of(VisionProcessorProvider provider, ConfigValues config) {
    PluginRegistry registry = PluginRegistry.of(List.of(provider));
    List<PluginProblem> problems = registry.problems();
    if (!problems.isEmpty()) {
      throw new AssertionError("the registry refuses the provider: " + problems);
    }
    return new VisionUnderTest(
        registry.find(VisionProcessorProvider.class, provider.id()).create(context(config)));
  }

  private static PluginContext context(ConfigValues config) {
    return new PluginContext() {
      @Override
      public ConfigValues config() {
        return config;
      }

      @Override
      public Platform platform() {
        return Platform.current();
      }

      @Override
      public Path workDirectory() {
        try {
          return Files.createTempDirectory("edgevlm-vision");
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  /** The processor itself. */
  public VisionProcessor processor() {
    return processor;
  }

  /** What it reads from a file's header. */
  public ImageHeader inspect(byte[] file) {
    return processor.inspect(ByteBuffer.wrap(file));
  }

  /** One file as a tensor, with the default limits. */
  public ImageTensor process(byte[] file, Preprocessing preprocessing) {
    return processor.process(List.of(ByteBuffer.wrap(file)), preprocessing, ImageLimits.DEFAULT);
  }

  /** Leaves a picture of this size as it is. */
  public static Preprocessing same(int width, int height) {
    return Preprocessing.whole(
        width, height, ResizeMethod.STRETCH, Interpolation.NEAREST, Normalization.CLIP);
  }

  @Override
  public void close() {
    processor.close();
  }
}

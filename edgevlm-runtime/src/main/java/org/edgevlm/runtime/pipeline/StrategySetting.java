package org.edgevlm.runtime.pipeline;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.LanguageModel;

/** What a strategy is made with. */
final class StrategySetting implements DecodingContext {

  private final PluginContext plugin;
  private final LanguageModel target;
  private final Optional<Path> draft;
  private final Function<String, LanguageModel> models;
  private final Function<String, ImageEncoder> encoders;

  StrategySetting(
      PluginContext plugin,
      LanguageModel target,
      Optional<Path> draft,
      Function<String, LanguageModel> models,
      Function<String, ImageEncoder> encoders) {
    this.plugin = Objects.requireNonNull(plugin, "plugin");
    this.target = Objects.requireNonNull(target, "target");
    this.draft = Objects.requireNonNull(draft, "draft");
    this.models = Objects.requireNonNull(models, "models");
    this.encoders = Objects.requireNonNull(encoders, "encoders");
  }

  @Override
  public ConfigValues config() {
    return plugin.config();
  }

  @Override
  public Platform platform() {
    return plugin.platform();
  }

  @Override
  public Path workDirectory() {
    return plugin.workDirectory();
  }

  @Override
  public LanguageModel target() {
    return target;
  }

  @Override
  public Optional<String> draft() {
    return draft.map(Path::toString);
  }

  @Override
  public LanguageModel open(String model) {
    return models.apply(model);
  }

  @Override
  public ImageEncoder openEncoder(String model) {
    return encoders.apply(model);
  }
}

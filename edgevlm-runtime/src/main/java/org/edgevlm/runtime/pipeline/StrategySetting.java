package org.edgevlm.runtime.pipeline;

import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.inference.LanguageModel;

/** What a strategy is made with. */
final class StrategySetting implements DecodingContext {

  private final PluginContext plugin;
  private final LanguageModel target;
  private final Function<String, LanguageModel> opener;

  StrategySetting(
      PluginContext plugin, LanguageModel target, Function<String, LanguageModel> opener) {
    this.plugin = Objects.requireNonNull(plugin, "plugin");
    this.target = Objects.requireNonNull(target, "target");
    this.opener = Objects.requireNonNull(opener, "opener");
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
  public LanguageModel open(String model) {
    return opener.apply(model);
  }
}

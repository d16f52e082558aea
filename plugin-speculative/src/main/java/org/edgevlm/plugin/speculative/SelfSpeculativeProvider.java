package org.edgevlm.plugin.speculative;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.spi.inference.LanguageModel;

/**
 * Registers {@code decoding: self-speculative}: lossless early exit. An inner layer drafts, the
 * full depth verifies.
 */
public final class SelfSpeculativeProvider implements DecodingStrategyProvider {

  private static final ConfigKey<String> LAYER =
      ConfigKey.text(
          "layer",
          DraftLayer.AUTO,
          "where the model drafts: a layer such as 8, or a part of the depth such as 1/3; auto for"
              + " the first that the model was trained to be read out at, else 1/3");
  private static final ConfigKey<Double> CONFIDENCE =
      ConfigKey.decimal(
          "confidence", 0.6, 0, 1, "probability at that layer below which nothing more is drafted");

  /** For {@link java.util.ServiceLoader}. */
  public SelfSpeculativeProvider() {}

  @Override
  public String id() {
    return "self-speculative";
  }

  @Override
  public String version() {
    return "0.1.0";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public String description() {
    return "An inner layer drafts, the layers above it verify all of that in one step (lossless)";
  }

  @Override
  public Set<Capability> requires() {
    return EnumSet.of(Capability.TOKEN_STEPPING, Capability.REWIND, Capability.EARLY_EXIT);
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    List<ConfigKey<?>> keys = new ArrayList<>(List.of(LAYER, CONFIDENCE));
    keys.addAll(SpeculationSettings.KEYS);
    return keys;
  }

  @Override
  public DecodingStrategy create(DecodingContext context) {
    LanguageModel target = context.target();
    return new SpeculativeStrategy(
        target,
        SpeculationSettings.of(context.config()),
        new ExitSource(
            target.tokenizer(),
            DraftLayer.of(context.config().get(LAYER), target.info()),
            context.config().get(CONFIDENCE)));
  }
}

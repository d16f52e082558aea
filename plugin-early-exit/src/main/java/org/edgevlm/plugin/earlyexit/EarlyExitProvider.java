package org.edgevlm.plugin.earlyexit;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.spi.inference.ModelInfo;

/** Registers {@code decoding: early-exit}. */
public final class EarlyExitProvider implements DecodingStrategyProvider {

  private static final ConfigKey<List<String>> LAYERS =
      ConfigKey.list(
          "layers",
          List.of("auto"),
          "where a step may end: layers such as 8, or parts of the depth such as 1/3; auto for those"
              + " that the model was trained with, else 1/3, 1/2, 2/3 and 5/6");
  private static final ConfigKey<String> MINIMUM_LAYERS =
      ConfigKey.text(
          "minimum_layers", "1/3", "no exit before this layer: a number or a part of the depth");
  private static final ConfigKey<Double> CONFIDENCE =
      ConfigKey.decimal("confidence", 0.9, 0, 1, "how sure the model must be for a step to end");
  private static final ConfigKey<Certainty> MEASURE =
      ConfigKey.choice(
          "measure",
          Certainty.MAX,
          "how sure it is: the largest probability, the margin to the second, or 1 less the"
              + " entropy's share of the most there can be");
  private static final ConfigKey<Integer> CHECK_EVERY =
      ConfigKey.integer(
          "check_every",
          0,
          0,
          1_000_000,
          "of how many exits one is compared with the full depth, which then decides; 0 for none"
              + " but the first 20 of a model whose exits were not trained");

  /** For {@link java.util.ServiceLoader}. */
  public EarlyExitProvider() {}

  @Override
  public String id() {
    return "early-exit";
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
    return "Ends a step at an inner layer where the model is sure already (approximate)";
  }

  @Override
  public Set<Capability> requires() {
    return EnumSet.of(Capability.TOKEN_STEPPING, Capability.REWIND, Capability.EARLY_EXIT);
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    return List.of(LAYERS, MINIMUM_LAYERS, CONFIDENCE, MEASURE, CHECK_EVERY);
  }

  @Override
  public DecodingStrategy create(DecodingContext context) {
    ConfigValues config = context.config();
    ModelInfo model = context.target().info();
    List<Integer> layers = ExitLayers.of(config.get(LAYERS), config.get(MINIMUM_LAYERS), model);
    return new EarlyExitStrategy(
        new EarlyExitStrategy.Settings(
            layers,
            config.get(MEASURE),
            config.get(CONFIDENCE),
            model.vocabularySize(),
            !model.exitLayers().containsAll(layers),
            config.get(CHECK_EVERY)));
  }
}

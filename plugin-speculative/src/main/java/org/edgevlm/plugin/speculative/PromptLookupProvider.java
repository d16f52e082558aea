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

/** Registers {@code decoding: prompt-lookup}: what followed the same words before is drafted. */
public final class PromptLookupProvider implements DecodingStrategyProvider {

  private static final ConfigKey<Integer> NGRAM =
      ConfigKey.integer(
          "ngram", 6, NgramTable.SHORTEST, 16, "the most tokens to look up the continuation of");
  private static final ConfigKey<Integer> RECENT_ANSWERS =
      ConfigKey.integer(
          "recent_answers",
          256,
          0,
          1 << 20,
          "how many earlier answers are looked up too, at least; 0 looks up the prompt and the"
              + " answer alone");

  /** For {@link java.util.ServiceLoader}. */
  public PromptLookupProvider() {}

  @Override
  public String id() {
    return "prompt-lookup";
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
    return "Drafts what followed the same words in the prompt or in recent answers, and verifies it"
        + " in one step";
  }

  @Override
  public Set<Capability> requires() {
    return EnumSet.of(Capability.TOKEN_STEPPING, Capability.REWIND);
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    List<ConfigKey<?>> keys = new ArrayList<>(List.of(NGRAM, RECENT_ANSWERS));
    keys.addAll(SpeculationSettings.KEYS);
    return keys;
  }

  @Override
  public DecodingStrategy create(DecodingContext context) {
    return new SpeculativeStrategy(
        context.target(),
        SpeculationSettings.of(context.config()),
        new LookupSource(
            context.target().tokenizer(),
            context.config().get(NGRAM),
            context.config().get(RECENT_ANSWERS)));
  }
}

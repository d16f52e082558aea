package org.edgevlm.plugin.speculative;

import java.util.List;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;

/**
 * What all ways to draft have in common.
 *
 * @param draftTokens drafted tokens a round at most
 * @param adaptive whether drafts get shorter, and speculation stops, where it doesn't pay
 * @param acceptance how drafted tokens are accepted
 * @param threshold what {@link Acceptance#THRESHOLD} asks for
 */
record SpeculationSettings(
    int draftTokens, boolean adaptive, Acceptance acceptance, double threshold) {

  private static final ConfigKey<Integer> DRAFT_TOKENS =
      ConfigKey.integer("draft_tokens", 6, 1, 64, "tokens drafted at a time, at most");
  private static final ConfigKey<Boolean> ADAPTIVE =
      ConfigKey.flag(
          "adaptive",
          true,
          "draft fewer tokens, and none for a while, where that is faster; false drafts"
              + " draft_tokens each time");
  private static final ConfigKey<Acceptance> ACCEPTANCE =
      ConfigKey.choice(
          "acceptance",
          Acceptance.EXACT,
          "exact gives the text of plain decoding; rejection follows the same distribution, with"
              + " other random numbers, and accepts more when sampling; threshold is approximate:"
              + " it takes what the model gives more than the threshold");
  private static final ConfigKey<Double> THRESHOLD =
      ConfigKey.decimal(
          "threshold",
          0.85,
          0,
          1,
          "probability from which acceptance: threshold takes a drafted token");

  /** The keys that {@link #of} reads. */
  static final List<ConfigKey<?>> KEYS = List.of(DRAFT_TOKENS, ADAPTIVE, ACCEPTANCE, THRESHOLD);

  static SpeculationSettings of(ConfigValues config) {
    return new SpeculationSettings(
        config.get(DRAFT_TOKENS),
        config.get(ADAPTIVE),
        config.get(ACCEPTANCE),
        config.get(THRESHOLD));
  }
}

package org.edgevlm.plugin.speculative;

import java.util.HashMap;
import java.util.Map;
import org.edgevlm.spi.decoding.DecodingReport;

/** What one answer's decoding did. Fields are counted up by whoever does it. */
final class Counters {

  long drafted;
  long accepted;
  long verifySteps;
  long plainSteps;
  double draftMicros;
  double verifyMicros;
  double plainMicros;

  /**
   * What plain decoding would have taken for the tokens of the rounds that drafted, less theirs; by
   * what each takes as a rule.
   */
  double savedMicros;

  /** Tokens chosen that an eviction made worthless. */
  long stale;

  /** Rows with a choice too near to call. */
  long repeated;

  /** Layers of the target, one for each token and layer: of drafts, verification, single steps. */
  long draftLayers;

  long verifyLayers;
  long plainLayers;

  long switchedOff;

  /** Somewhere nothing was drafted, or a draft not verified, because it wouldn't have paid. */
  boolean wasOff;

  /**
   * The report.
   *
   * @param approximate whether the answer doesn't follow the target's distribution
   * @param further what the drafter has to say
   */
  DecodingReport report(boolean approximate, Map<String, Long> further) {
    Map<String, Long> counters = new HashMap<>(further);
    counters.put("drafted", drafted);
    counters.put("accepted", accepted);
    counters.put("layers", draftLayers + verifyLayers + plainLayers);
    if (draftLayers > 0) {
      counters.put("draft_layers", draftLayers);
    }
    counters.put("verify_layers", verifyLayers);
    counters.put("verify_steps", verifySteps);
    counters.put("plain_steps", plainSteps);
    counters.put("draft_micros", Math.round(draftMicros));
    counters.put("verify_micros", Math.round(verifyMicros));
    counters.put("plain_micros", Math.round(plainMicros));
    counters.put("saved_micros", Math.round(savedMicros));
    counters.put("speculation_off", wasOff ? 1L : 0L);
    counters.put("speculation_switches", switchedOff);
    if (stale > 0) {
      counters.put("stale_tokens", stale);
    }
    if (repeated > 0) {
      counters.put("repeated_rows", repeated);
    }
    if (approximate) {
      counters.put("approximate_answers", 1L);
    }
    return new DecodingReport(counters);
  }
}

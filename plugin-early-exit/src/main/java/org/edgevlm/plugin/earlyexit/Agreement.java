package org.edgevlm.plugin.earlyexit;

import java.util.Optional;

/**
 * How often a token that left early was the one of the full depth, over a strategy's answers. Safe
 * for use by several threads at a time.
 */
final class Agreement {

  /** Fewer comparisons say nothing. */
  private static final int ENOUGH = 20;

  /** Below this share users are warned. */
  private static final double GOOD = 0.99;

  private long checked;
  private long same;

  synchronized void add(boolean agrees) {
    checked++;
    if (agrees) {
      same++;
    }
  }

  /** Whether so many comparisons were made. */
  synchronized boolean isKnown() {
    return checked >= ENOUGH;
  }

  /** What users of a model whose exits weren't trained should know. */
  synchronized Optional<String> warning() {
    if (checked < ENOUGH || same >= GOOD * checked) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            "early exits change this model's words: of %d tokens that left early %d (%.0f %%) were"
                + " those of the full depth; raise early-exit.confidence, or use a model that was"
                + " trained to exit",
            checked, same, 100.0 * same / checked));
  }
}

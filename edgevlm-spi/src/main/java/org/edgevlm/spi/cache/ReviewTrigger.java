package org.edgevlm.spi.cache;

import org.edgevlm.spi.Api;

/**
 * When a cache is reviewed. A review makes room for some tokens, and until they are in there is
 * none: so the budget holds at all times after the first review, and most tokens cost no more than
 * a look at the lengths.
 *
 * @param afterPrefill whether the first review is before the answer's first token; else it is after
 *     {@code every} tokens
 * @param every tokens that a review makes room for; 0 for 3 % of the budget, at least one
 * @param fromLength nothing is dropped before so many positions are fed
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record ReviewTrigger(boolean afterPrefill, int every, int fromLength) {

  /** After the prefill, and again when another 3 % of the budget are in. */
  public static final ReviewTrigger DEFAULT = new ReviewTrigger(true, 0, 0);

  private static final double SLACK = 0.03;

  public ReviewTrigger {
    if (every < 0 || fromLength < 0) {
      throw new IllegalArgumentException(
          "every " + every + " and fromLength " + fromLength + " must not be negative");
    }
  }

  /** Whether a review may be at this moment. */
  public boolean allows(CacheObservation observation) {
    return observation.position() >= fromLength
        && (afterPrefill
            || observation.position() - observation.promptLength() >= Math.max(1, every));
  }

  /** Tokens that a review makes room for, where a layer's budget is so many entries. */
  public int room(double budget) {
    return every > 0 ? every : Math.max(1, (int) (SLACK * budget));
  }
}

package org.edgevlm.spi.inference;

import java.util.Objects;
import java.util.Optional;
import org.edgevlm.spi.Api;
import org.edgevlm.spi.cache.AttentionTracking;

/**
 * How a session is to work.
 *
 * @param attention which attention sums are kept for cache policies; anything but {@link
 *     AttentionTracking#NONE} needs {@link org.edgevlm.spi.Capability#ATTENTION_SCORES} and costs
 *     the fused attention
 * @param earlyExit where a step may end early; needs {@link org.edgevlm.spi.Capability#EARLY_EXIT}
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record SessionOptions(AttentionTracking attention, Optional<EarlyExit> earlyExit) {

  /** Full depth, no attention sums. */
  public static final SessionOptions DEFAULT =
      new SessionOptions(AttentionTracking.NONE, Optional.empty());

  public SessionOptions {
    Objects.requireNonNull(attention, "attention");
    Objects.requireNonNull(earlyExit, "earlyExit");
  }
}

package org.edgevlm.spi.cache;

import org.edgevlm.spi.Api;

/**
 * Which sums of attention a session keeps for each KV entry. Attention is the softmax weight that a
 * query gives an entry, averaged over the layer's query heads.
 *
 * @param accumulated keep the sum over all queries since the entry came (heavy hitters, H2O)
 * @param recentQueries keep the sum over this many latest queries (SnapKV's window; 1 is TOVA's
 *     last query); 0 for none
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record AttentionTracking(boolean accumulated, int recentQueries) {

  /** No sums: the backend is free to use fused attention. */
  public static final AttentionTracking NONE = new AttentionTracking(false, 0);

  public AttentionTracking {
    if (recentQueries < 0) {
      throw new IllegalArgumentException("recentQueries " + recentQueries + " is negative");
    }
  }

  /** Whether anything is tracked. */
  public boolean enabled() {
    return accumulated || recentQueries > 0;
  }

  /** What satisfies both. */
  public AttentionTracking and(AttentionTracking other) {
    return new AttentionTracking(
        accumulated || other.accumulated, Math.max(recentQueries, other.recentQueries));
  }
}

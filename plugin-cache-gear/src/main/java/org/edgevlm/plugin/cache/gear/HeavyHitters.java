package org.edgevlm.plugin.cache.gear;

import java.util.Objects;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.RetentionSettings;
import org.edgevlm.spi.cache.ScoringCachePolicy;

/**
 * The attention that an entry got from all queries since it came: what the published EdgeVLM design
 * calls GEAR, and H2O heavy hitters (Zhang et al., arXiv 2306.14048). The quantising recipe of the
 * paper of that name (arXiv 2403.05527) is something else.
 */
final class HeavyHitters extends ScoringCachePolicy {

  /** Whether an entry that more queries saw has the advantage of it. */
  enum Fairness {
    /** The sum over all queries: early entries were seen by more. */
    SUM,
    /**
     * The mean over the queries that saw the entry: late entries were seen by few that are near.
     */
    MEAN
  }

  private final Fairness fairness;
  private final boolean values;

  /**
   * @param values whether attention is weighed by {@link ValueNorms}
   */
  HeavyHitters(RetentionSettings settings, Fairness fairness, boolean values) {
    super(settings);
    this.values = values;
    this.fairness = Objects.requireNonNull(fairness, "fairness");
  }

  @Override
  public AttentionTracking attention() {
    return new AttentionTracking(true, 0);
  }

  @Override
  protected void score(CacheObservation observation, int layer, float[] scores) {
    KvCache cache = observation.cache();
    cache.accumulatedAttention(layer, scores);
    if (fairness == Fairness.MEAN) {
      for (int entry = 0; entry < scores.length; entry++) {
        // An entry is seen by its own query and by all that follow.
        scores[entry] /= observation.position() - cache.position(layer, entry);
      }
    }
    if (values) {
      ValueNorms.weigh(cache, layer, scores);
    }
  }
}

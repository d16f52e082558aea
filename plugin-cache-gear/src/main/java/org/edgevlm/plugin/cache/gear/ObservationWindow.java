package org.edgevlm.plugin.cache.gear;

import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.RetentionSettings;
import org.edgevlm.spi.cache.ScoringCachePolicy;

/**
 * The attention that an entry got from the latest queries, after the prefill those at the prompt's
 * end, each entry with the best of its neighbours: SnapKV (Li et al., arXiv 2404.14469).
 */
final class ObservationWindow extends ScoringCachePolicy {

  private final int window;
  private final int reach;
  private final boolean values;

  /**
   * @param window latest queries
   * @param pool neighbours, itself included
   * @param values whether attention is weighed by {@link ValueNorms}
   */
  ObservationWindow(RetentionSettings settings, int window, int pool, boolean values) {
    super(settings);
    if (pool % 2 == 0) {
      throw new PluginException(
          "snapkv.pool is " + pool + ": it must be odd, an entry and as many on each side");
    }
    this.window = window;
    this.values = values;
    reach = pool / 2;
  }

  @Override
  public AttentionTracking attention() {
    return new AttentionTracking(false, window);
  }

  @Override
  protected void score(CacheObservation observation, int layer, float[] scores) {
    observation.cache().recentAttention(layer, scores);
    if (values) {
      ValueNorms.weigh(observation.cache(), layer, scores);
    }
    if (reach > 0) {
      float[] own = scores.clone();
      for (int entry = 0; entry < own.length; entry++) {
        int end = Math.min(own.length, entry + reach + 1);
        for (int near = Math.max(0, entry - reach); near < end; near++) {
          scores[entry] = Math.max(scores[entry], own[near]);
        }
      }
    }
  }
}

package com.example.mypolicy;

import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.RetentionPlan;

/**
 * Each layer keeps the entries that received the most attention so far: the heavy hitters of H2O
 * (Zhang et al., arXiv 2306.14048), without its share for the latest entries.
 *
 * @param budget entries that each layer keeps
 */
record MyPolicy(int budget) implements CachePolicy {

  @Override
  public AttentionTracking attention() {
    return new AttentionTracking(true, 0);
  }

  @Override
  public boolean isDue(CacheObservation observation) {
    KvCache cache = observation.cache();
    for (int layer = 0; layer < cache.layers(); layer++) {
      if (cache.length(layer) > budget) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void plan(CacheObservation observation, RetentionPlan plan) {
    KvCache cache = observation.cache();
    for (int layer = 0; layer < cache.layers(); layer++) {
      plan.limit(layer, budget);
      cache.accumulatedAttention(layer, plan.scores(layer));
    }
  }
}

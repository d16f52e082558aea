package com.example.recentwindow;

import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.RetentionPlan;

/**
 * Each layer keeps its first entries, those of the picture, and the latest: attention sinks and a
 * recent window, after StreamingLLM (Xiao et al., arXiv 2309.17453).
 *
 * <p>Departs from the paper in two ways: entries keep the positions they were fed at, where the
 * paper counts positions inside the cache; and the picture stays, since an answer is about it.
 *
 * @param sinks first entries that are kept
 * @param window latest entries that are kept
 * @param keepImage whether the picture's entries are kept beside these
 */
record RecentWindow(int sinks, int window, boolean keepImage) implements CachePolicy {

  @Override
  public boolean isDue(CacheObservation observation) {
    KvCache cache = observation.cache();
    for (int layer = 0; layer < cache.layers(); layer++) {
      // Counting comes second: most of the time a layer is short enough without it.
      if (cache.length(layer) > sinks + window && cache.length(layer) > budget(cache, layer)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void plan(CacheObservation observation, RetentionPlan plan) {
    KvCache cache = observation.cache();
    for (int layer = 0; layer < cache.layers(); layer++) {
      plan.limit(layer, budget(cache, layer));
      // Said aloud, so that it holds beside a policy that scores.
      plan.protectLatest(layer, window);
      for (int entry = 0; entry < cache.length(layer); entry++) {
        if (stays(cache, layer, entry)) {
          plan.protect(layer, entry);
        }
      }
    }
  }

  private int budget(KvCache cache, int layer) {
    int budget = window;
    for (int entry = 0; entry < cache.length(layer); entry++) {
      budget += stays(cache, layer, entry) ? 1 : 0;
    }
    return budget;
  }

  private boolean stays(KvCache cache, int layer, int entry) {
    return entry < sinks || (keepImage && cache.isImage(layer, entry));
  }
}

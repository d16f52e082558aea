package org.edgevlm.plugin.cache.gear;

import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.RetentionSettings;
import org.edgevlm.spi.cache.ScoringCachePolicy;

/**
 * The smaller an entry's key, the more attention it gets, as a rule, so small keys stay (Devoto et
 * al., arXiv 2406.11430). Departs from the paper in that it takes the heads' keys as one vector,
 * and that it spares no layer.
 */
final class KeyNorm extends ScoringCachePolicy {

  KeyNorm(RetentionSettings settings) {
    super(settings);
  }

  @Override
  protected void score(CacheObservation observation, int layer, float[] scores) {
    KvCache cache = observation.cache();
    float[] key = new float[cache.rowWidth()];
    for (int entry = 0; entry < scores.length; entry++) {
      cache.keys(layer, entry, key);
      float squares = 0;
      for (float value : key) {
        squares += value * value;
      }
      scores[entry] = -squares;
    }
  }
}

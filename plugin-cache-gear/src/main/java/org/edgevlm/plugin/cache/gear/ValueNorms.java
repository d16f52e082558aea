package org.edgevlm.plugin.cache.gear;

import org.edgevlm.spi.cache.KvCache;

/**
 * Weighs attention by what it brings: the sum of an entry's absolute values (VATP: Guo et al.,
 * arXiv 2406.12335). Entries that get attention because it has to go somewhere have small values.
 */
final class ValueNorms {

  private ValueNorms() {}

  static void weigh(KvCache cache, int layer, float[] scores) {
    float[] values = new float[cache.rowWidth()];
    for (int entry = 0; entry < scores.length; entry++) {
      cache.values(layer, entry, values);
      float sum = 0;
      for (float value : values) {
        sum += Math.abs(value);
      }
      scores[entry] *= sum;
    }
  }
}

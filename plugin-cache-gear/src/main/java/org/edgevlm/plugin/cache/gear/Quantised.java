package org.edgevlm.plugin.cache.gear;

import java.util.Objects;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.KvCompression;
import org.edgevlm.spi.cache.RetentionPlan;

/**
 * GEAR as its paper has it (Kang et al., arXiv 2403.05527): nothing is dropped; K and V are stored
 * in few bits, with a low-rank correction of the error and the outliers apart. The prompt is
 * compressed before the first token, what is generated afterwards block by block.
 */
final class Quantised implements CachePolicy {

  /** A smaller block gains little: each has ranges of its own for the channels of K. */
  static final int SMALLEST_BLOCK = 8;

  /** So that what isn't compressed yet is at most this part of the cache, or the smallest block. */
  private static final int PARTS = 4;

  private final KvCompression compression;
  private final int block;
  private final int recent;

  /**
   * @param block entries that are compressed together while decoding, at most
   * @param recent latest entries that are never compressed
   */
  Quantised(KvCompression compression, int block, int recent) {
    this.compression = Objects.requireNonNull(compression, "compression");
    this.block = block;
    this.recent = recent;
  }

  @Override
  public boolean isDue(CacheObservation observation) {
    KvCache cache = observation.cache();
    for (int layer = 0; layer < cache.layers(); layer++) {
      if (isDue(cache, layer)) {
        return true;
      }
    }
    return false;
  }

  private boolean isDue(KvCache cache, int layer) {
    int length = cache.length(layer);
    int due = Math.max(SMALLEST_BLOCK, Math.min(block, length / PARTS));
    return length - recent - cache.compressed(layer) >= due;
  }

  @Override
  public void plan(CacheObservation observation, RetentionPlan plan) {
    KvCache cache = observation.cache();
    for (int layer = 0; layer < cache.layers(); layer++) {
      if (isDue(cache, layer)) {
        plan.compress(layer, recent, compression);
      }
    }
  }
}

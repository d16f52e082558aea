package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.util.List;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.KvCompression;

/** Compresses a session's entries, and gives the oracle the numbers that they have then. */
final class Packed {

  static final KvCompression FOUR = new KvCompression(4, 2, 0.02);
  static final KvCompression TWO = new KvCompression(2, 4, 0.05);
  static final KvCompression PLAIN = new KvCompression(4, 0, 0);

  private Packed() {}

  /** Compresses all but some of a layer's latest entries, in both. */
  static void compress(
      KvCache cache, ReferenceSession expected, int layer, int latest, KvCompression how) {
    int before = cache.compressed(layer);
    cache.compress(layer, cache.length(layer) - latest, how);
    copy(cache, expected, layer, before, cache.compressed(layer));
  }

  static void compress(KvCache cache, ReferenceSession expected, int latest, KvCompression how) {
    for (int layer = 0; layer < cache.layers(); layer++) {
      compress(cache, expected, layer, latest, how);
    }
  }

  /** What the oracle attends to is what the cache says that it has. */
  private static void copy(
      KvCache cache, ReferenceSession expected, int layer, int first, int end) {
    List<ReferenceSession.Entry> entries = expected.entries(layer);
    float[] row = new float[cache.rowWidth()];
    for (int e = first; e < end; e++) {
      cache.keys(layer, e, row);
      widen(row, entries.get(e).keys);
      cache.values(layer, e, row);
      widen(row, entries.get(e).values);
    }
  }

  private static void widen(float[] from, double[] to) {
    for (int i = 0; i < from.length; i++) {
      to[i] = from[i];
    }
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Optional;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.inference.InferenceSession;

/** Comparisons with {@link ReferenceSession}, and how close they are. */
final class Oracle {

  /**
   * For logits by the explicit product, in standard deviations of a row. ggml rounds queries and
   * softmax weights to half precision (2^-11) before it multiplies them with K and V, in each of
   * the layers: measured 0.005.
   */
  static final double EXPLICIT = 0.015;

  /** For logits by the fused kernel, which also sums values in half precision: measured 0.012. */
  static final double FUSED = 0.03;

  /**
   * For sums of softmax weights, of which the largest here are about 10: queries are rounded to
   * half precision before the product that gives the scores: measured 0.002.
   */
  static final double ATTENTION = 0.005;

  /**
   * For K and V, which reach about 5: both sides round to half precision, 0.002 to 0.004 a step
   * there, numbers that differ by the layers' earlier error: measured 0.003.
   */
  static final double ENTRIES = 0.01;

  private Oracle() {}

  static EngineSettings smallBatches(int batch) {
    return new EngineSettings(0, batch, Optional.empty());
  }

  static void sameEntries(ReferenceSession expected, KvCache cache) {
    float[] keys = null;
    for (int layer = 0; layer < cache.layers(); layer++) {
      assertEquals(expected.entries(layer).size(), cache.length(layer), "length of " + layer);
      for (int e = 0; e < cache.length(layer); e++) {
        ReferenceSession.Entry entry = expected.entries(layer).get(e);
        assertEquals(entry.position, cache.position(layer, e), "position of entry " + e);
        keys = keys == null ? new float[entry.keys.length] : keys;
        cache.keys(layer, e, keys);
        close(entry.keys, keys, ENTRIES, "keys of layer " + layer + ", entry " + e);
        cache.values(layer, e, keys);
        close(entry.values, keys, ENTRIES, "values of layer " + layer + ", entry " + e);
      }
    }
  }

  static void sameAttention(ReferenceSession expected, InferenceSession session) {
    KvCache cache = session.kvCache().orElseThrow();
    int window = expected.position() - Engine.WINDOW;
    for (int layer = 0; layer < cache.layers(); layer++) {
      float[] sums = new float[cache.length(layer)];
      cache.accumulatedAttention(layer, sums);
      close(expected.attention(layer, 0), sums, ATTENTION, "accumulated, layer " + layer);
      cache.recentAttention(layer, sums);
      close(expected.attention(layer, window), sums, ATTENTION, "recent, layer " + layer);
    }
  }

  static void close(double[] expected, float[] actual, double tolerance, String what) {
    assertEquals(expected.length, actual.length, what);
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs(expected[i] - actual[i]);
      // Written so that a NaN fails.
      if (!(difference <= tolerance)) {
        fail(what + ": number " + i + " is " + actual[i] + ", expected " + expected[i]);
      }
    }
  }
}

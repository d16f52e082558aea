package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.edgevlm.spi.Capability;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.KvCompression;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** K and V in few bits. */
abstract class CompressionRules extends BackendRules {

  private static final int ENTRIES = 24;
  private static final KvCompression FOUR_BITS = new KvCompression(4, 0, 0);

  /**
   * Four bits of normal numbers are 6 to 8 % off, by how many share a range; a sign or an offset
   * that went wrong is 100 %.
   */
  private static final double NEAR = 0.2;

  CompressionRules(BackendFixture fixture) {
    super(fixture);
  }

  private KvCache fed(InferenceSession session, long seed) {
    backend().assumeHas(Capability.LAYERWISE_KV);
    session.step(backend().tokens(ENTRIES, seed), 0, ENTRIES, Outputs.NONE);
    return session.kvCache().orElseThrow();
  }

  private static void compress(KvCache cache) {
    for (int layer = 0; layer < cache.layers(); layer++) {
      cache.compress(layer, ENTRIES, FOUR_BITS);
    }
  }

  /** An entry's keys, then its values. */
  private static float[] numbers(KvCache cache, int layer, int entry) {
    int width = cache.rowWidth();
    float[] keys = new float[width];
    float[] values = new float[width];
    cache.keys(layer, entry, keys);
    cache.values(layer, entry, values);
    float[] both = new float[2 * width];
    System.arraycopy(keys, 0, both, 0, width);
    System.arraycopy(values, 0, both, width, width);
    return both;
  }

  @Test
  @DisplayName("compress stores most of the entries, and they take less")
  void compressionTakesLess() {
    backend().assumeHas(Capability.KV_QUANTIZATION);
    try (InferenceSession session = backend().session()) {
      KvCache cache = fed(session, 81);
      long before = cache.bytes();
      assertEquals(0, cache.compressed(0), "compressed before");
      compress(cache);
      for (int layer = 0; layer < cache.layers(); layer++) {
        int compressed = cache.compressed(layer);
        assertTrue(
            compressed <= ENTRIES && compressed > ENTRIES / 2, compressed + " are compressed");
      }
      assertTrue(
          cache.bytes() < 0.75 * before, cache.bytes() + " bytes of " + before + " in four bits");
    }
  }

  @Test
  @DisplayName("Compressed entries are still there, with their positions, and near what they were")
  void compressedEntriesAreNearWhatTheyWere() {
    backend().assumeHas(Capability.KV_QUANTIZATION);
    try (InferenceSession session = backend().session()) {
      KvCache cache = fed(session, 82);
      int layer = cache.layers() - 1;
      float[][] before = new float[ENTRIES][];
      for (int entry = 0; entry < ENTRIES; entry++) {
        before[entry] = numbers(cache, layer, entry);
      }
      compress(cache);
      assertEquals(ENTRIES, cache.length(layer), "length");
      double squares = 0;
      double errors = 0;
      for (int entry = 0; entry < ENTRIES; entry++) {
        assertEquals(entry, cache.position(layer, entry), "position");
        float[] after = numbers(cache, layer, entry);
        for (int i = 0; i < after.length; i++) {
          squares += before[entry][i] * before[entry][i];
          errors += Math.pow(after[i] - before[entry][i], 2);
        }
      }
      double off = Math.sqrt(errors / squares);
      assertTrue(off <= NEAR, "K and V in four bits are " + off + " of their size off");
    }
  }

  @Test
  @DisplayName("What is dropped of compressed entries leaves the others as they are")
  void otherCompressedEntriesStayAsTheyAre() {
    backend().assumeHas(Capability.KV_QUANTIZATION);
    try (InferenceSession session = backend().session()) {
      KvCache cache = fed(session, 83);
      compress(cache);
      int[] kept = {0, 3, 4, 17, 22};
      float[][] before = new float[kept.length][];
      for (int i = 0; i < kept.length; i++) {
        before[i] = numbers(cache, 0, kept[i]);
      }
      cache.retain(0, kept, kept.length);
      assertEquals(kept.length, cache.length(0), "length after retain");
      for (int i = 0; i < kept.length; i++) {
        assertArrayEquals(before[i], numbers(cache, 0, i), "K and V at position " + kept[i]);
      }
      session.step(backend().tokens(3, 84), 0, 3, Outputs.LAST);
      assertEquals(kept.length + 3, cache.length(0), "length after a step");
    }
  }

  @Test
  @DisplayName("Without KV_QUANTIZATION, compress is an UnsupportedOperationException")
  void compressionIsRefusedWithoutTheCapability() {
    backend().assumeLacks(Capability.KV_QUANTIZATION);
    try (InferenceSession session = backend().session()) {
      KvCache cache = fed(session, 85);
      assertThrows(
          UnsupportedOperationException.class, () -> cache.compress(0, ENTRIES, FOUR_BITS));
      assertEquals(0, cache.compressed(0), "compressed");
    }
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;
import org.edgevlm.plugin.llamacpp.bytedeco.random.RandomModel;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.junit.jupiter.api.Test;

/** What compression gives back, as the session counts it and as the system does. */
class PackedMemoryTest {

  private static final int LAYERS = 4;

  private static final RandomModel WIDE =
      new RandomModel().layers(LAYERS).headWidth(128).context(1024);

  private static long resident(SessionCache cache) {
    return cache.region().residentBytes() + cache.packedCache().arena().residentBytes();
  }

  @Test
  void aCompressedCacheTakesAThird() {
    try (EngineModel model = Engine.open(Engine.file("wide-packed", WIDE));
        InferenceSession session = model.openSession(SessionOptions.DEFAULT)) {
      session.step(Engine.tokens(61, 512, 400), 0, 512, Outputs.NONE);
      SessionCache cache = (SessionCache) session.kvCache().orElseThrow();
      long full = session.kvBytes();
      assertTrue(cache.region().residentBytes() >= full);
      for (int layer = 0; layer < LAYERS; layer++) {
        cache.compress(layer, 512, Packed.FOUR);
      }
      long packed = session.kvBytes();
      assertEquals(0.375, (double) packed / full, 0.01);
      assertTrue(resident(cache) <= packed + Region.PAGE, resident(cache) + " of " + packed);
      long sum = IntStream.range(0, LAYERS).mapToLong(cache::bytes).sum();
      assertTrue(sum <= packed && sum > packed - 2 * Region.PAGE, sum + " of " + packed);
      assertEquals(full / LAYERS, cache.bytes(0, 512), "budgets are those of plain entries");

      // What comes then is in half precision, and shares pages between the layers.
      session.step(Engine.tokens(62, 3, 400), 0, 3, Outputs.NONE);
      long row = 4 * 128 * Short.BYTES;
      assertEquals(packed + Region.pages(3 * LAYERS * 2 * row), session.kvBytes());

      int[] half = IntStream.range(0, 515).filter(i -> i % 2 == 0).toArray();
      for (int layer = 0; layer < LAYERS; layer++) {
        cache.retain(layer, half, half.length);
      }
      // The ranges of K's channels stay whole; a sixteenth of it may be holes.
      assertTrue(session.kvBytes() < 0.65 * packed, session.kvBytes() + " of " + packed);
      assertTrue(resident(cache) <= session.kvBytes() + Region.PAGE);

      session.rewind(100);
      assertTrue(session.kvBytes() < 0.18 * packed, session.kvBytes() + " of " + packed);
      session.rewind(0);
      assertEquals(0, session.kvBytes());
      assertTrue(resident(cache) <= Region.PAGE);
    }
  }

  /** As many entries as a session has room for, again and again: places are used anew. */
  @Test
  void memoryIsUsedAgain() {
    RandomModel small = new RandomModel().heads(4, 2).context(128);
    try (EngineModel model = Engine.open(Engine.file("packed-again", small));
        InferenceSession session = model.openSession(SessionOptions.DEFAULT)) {
      SessionCache cache = (SessionCache) session.kvCache().orElseThrow();
      long most = 0;
      for (int round = 0; round < 30; round++) {
        int count = 128 - session.position();
        session.step(Engine.tokens(63 + round, count, 400), 0, count, Outputs.NONE);
        for (int layer = 0; layer < 3; layer++) {
          cache.compress(layer, 8, Packed.FOUR);
          cache.compress(layer, 128, Packed.TWO);
        }
        most = Math.max(most, session.kvBytes());
        session.rewind(round % 3 == 0 ? 0 : 5);
      }
      assertTrue(most < 3L * 2 * 128 * 32 * Short.BYTES, most + " bytes");
      assertTrue(session.kvBytes() <= 2 * Region.PAGE, session.kvBytes() + " bytes are left");
    }
  }
}

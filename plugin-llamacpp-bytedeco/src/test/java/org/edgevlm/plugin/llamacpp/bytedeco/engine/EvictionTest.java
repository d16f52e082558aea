package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Random;
import java.util.stream.IntStream;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;
import org.edgevlm.plugin.llamacpp.bytedeco.random.RandomModel;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.RetentionPlan;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a layer drops is gone: from its length, from memory, and from what later tokens see. */
class EvictionTest {

  private static final int VOCABULARY = 400;
  private static ReferenceLlama reference;
  private static EngineModel model;

  @BeforeAll
  static void open() throws IOException {
    reference = new ReferenceLlama(Engine.plainFile());
    model = Engine.open(Engine.plainFile());
  }

  @AfterAll
  static void close() {
    model.close();
  }

  /** Another part of each layer's entries, at least one. */
  private static int[] some(Random random, int length, double share) {
    int[] chosen = IntStream.range(0, length).filter(i -> random.nextDouble() < share).toArray();
    return chosen.length > 0 ? chosen : new int[] {random.nextInt(length)};
  }

  /**
   * Four rounds of other lengths in each layer, with single tokens between them that go over the
   * edges of the masks' stride: each must see what its layers kept, whether or not a graph is used
   * again.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void laterTokensSeeOnlyWhatIsLeft(boolean observed) {
    SessionOptions options = observed ? Engine.OBSERVED : SessionOptions.DEFAULT;
    double tolerance = observed ? Oracle.EXPLICIT : Oracle.FUSED;
    Agreement agreement = new Agreement("evicted, observed " + observed, tolerance);
    ReferenceSession expected = reference.open();
    Random random = new Random(10);
    try (InferenceSession session = model.openSession(options)) {
      int[] prompt = Engine.tokens(11, 70, VOCABULARY);
      session.step(prompt, 0, 70, Outputs.NONE);
      expected.step(prompt);
      KvCache cache = session.kvCache().orElseThrow();
      for (int round = 0; round < 4; round++) {
        for (int layer = 0; layer < cache.layers(); layer++) {
          int[] chosen = some(random, cache.length(layer), 0.3 + 0.2 * layer);
          cache.retain(layer, chosen, chosen.length);
          expected.retain(layer, chosen);
        }
        Oracle.sameEntries(expected, cache);
        for (int token : Engine.tokens(12 + round, 25, VOCABULARY)) {
          agreement.row(expected.step(token), Engine.step(session, token));
          if (observed) {
            Oracle.sameAttention(expected, session);
          }
        }
        Oracle.sameEntries(expected, cache);
      }
      assertEquals(170, session.position());
    }
    agreement.done(100);
  }

  @Test
  void aPromptAfterAnEvictionSeesOnlyWhatIsLeft() {
    Agreement agreement = new Agreement("prompt after eviction", Oracle.EXPLICIT);
    ReferenceSession expected = reference.open();
    try (InferenceSession session = model.openSession(SessionOptions.DEFAULT)) {
      int[] prompt = Engine.tokens(13, 30, VOCABULARY);
      session.step(prompt, 0, 30, Outputs.NONE);
      expected.step(prompt);
      KvCache cache = session.kvCache().orElseThrow();
      cache.retain(0, new int[] {0, 29}, 2);
      expected.retain(0, 0, 29);
      cache.retain(2, new int[] {7}, 1);
      expected.retain(2, 7);
      var result = session.step(prompt, 0, 20, Outputs.ALL);
      for (int i = 0; i < 20; i++) {
        agreement.row(expected.step(prompt[i]), Engine.logits(result, i));
      }
      assertArrayEquals(new int[] {22, 50, 21}, IntStream.range(0, 3).map(cache::length).toArray());
    }
    agreement.done(20);
  }

  /** All within one stride, where a graph could be used again but for the lengths that parted. */
  @Test
  void aKeptGraphServesOnlyTheLengthsItWasMadeFor() {
    Agreement agreement = new Agreement("short layers", Oracle.FUSED);
    ReferenceSession expected = reference.open();
    int[] tokens = Engine.tokens(19, 30, VOCABULARY);
    try (InferenceSession session = model.openSession(SessionOptions.DEFAULT)) {
      KvCache cache = session.kvCache().orElseThrow();
      for (int i = 0; i < tokens.length; i++) {
        agreement.row(expected.step(tokens[i]), Engine.step(session, tokens[i]));
        int layer = i / 3 % 3;
        if (i % 3 == 2 && i < 12) {
          int[] first = {0, 2};
          cache.retain(layer, first, 2);
          expected.retain(layer, first);
        } else if (i == 15) {
          // All of the same length again.
          for (int l = 0; l < 3; l++) {
            cache.retain(l, new int[] {1, 3, 4}, 3);
            expected.retain(l, 1, 3, 4);
          }
        }
      }
      Oracle.sameEntries(expected, cache);
    }
    agreement.done(30);
  }

  @Test
  void oneLayersEvictionLeavesTheOthersAlone() {
    try (InferenceSession session = model.openSession(SessionOptions.DEFAULT)) {
      session.step(Engine.tokens(14, 10, VOCABULARY), 0, 10, Outputs.NONE);
      KvCache cache = session.kvCache().orElseThrow();
      float[] before = new float[32];
      float[] after = new float[32];
      cache.keys(0, 9, before);
      cache.retain(1, new int[] {2, 4}, 2);
      cache.keys(0, 9, after);
      assertArrayEquals(before, after);
      assertEquals(10, cache.length(0));
      assertEquals(2, cache.length(1));
      assertEquals(4, cache.position(1, 1));
      assertThrows(IndexOutOfBoundsException.class, () -> cache.position(1, 2));
    }
  }

  @Test
  void imageEntriesAreKnownBeforeAndAfter() {
    try (InferenceSession session = model.openSession(SessionOptions.DEFAULT)) {
      session.step(new int[] {5, 6}, 0, 2, Outputs.NONE);
      session.step(Engine.image(15, 3, model.info().width()), Outputs.NONE);
      session.step(new int[] {7}, 0, 1, Outputs.NONE);
      KvCache cache = session.kvCache().orElseThrow();
      for (int e = 0; e < 6; e++) {
        assertEquals(e >= 2 && e < 5, cache.isImage(1, e), "entry " + e);
      }
      cache.retain(1, new int[] {1, 4, 5}, 3);
      assertFalse(cache.isImage(1, 0));
      assertTrue(cache.isImage(1, 1));
      assertFalse(cache.isImage(1, 2));
    }
  }

  @Test
  void memoryFalls() {
    RandomModel wide = new RandomModel().layers(2).headWidth(128).context(2048);
    try (EngineModel wideModel = Engine.open(Engine.file("wide", wide));
        InferenceSession session = wideModel.openSession(SessionOptions.DEFAULT)) {
      assertEquals(0, session.kvBytes());
      session.step(Engine.tokens(16, 1024, VOCABULARY), 0, 1024, Outputs.NONE);
      SessionCache cache = (SessionCache) session.kvCache().orElseThrow();
      long rowBytes = 4 * 128 * Short.BYTES;
      long full = 2 * 1024 * rowBytes;
      assertEquals(full, cache.bytes(0));
      assertEquals(2 * full, session.kvBytes());
      long resident = cache.region().residentBytes();
      assertTrue(resident >= 2 * full, "resident " + resident);

      cache.retain(0, IntStream.range(500, 600).toArray(), 100);
      assertEquals(2 * Region.pages(100 * rowBytes), cache.bytes(0));
      assertEquals(full, cache.bytes(1));
      assertEquals(cache.bytes(0) + full, session.kvBytes());
      assertEquals(resident - (full - cache.bytes(0)), cache.region().residentBytes());

      cache.retain(1, new int[] {3}, 1);
      session.rewind(0);
      assertEquals(0, session.kvBytes());
      assertTrue(cache.region().residentBytes() <= resident - 2 * full);
    }
  }

  @Test
  void badRetentionsAreRefusedAndChangeNothing() {
    try (InferenceSession session = model.openSession(Engine.OBSERVED)) {
      session.step(Engine.tokens(17, 10, VOCABULARY), 0, 10, Outputs.NONE);
      KvCache cache = session.kvCache().orElseThrow();
      float[] sums = new float[10];
      cache.accumulatedAttention(1, sums);
      int[][] bad = {{}, {10}, {-1}, {3, 3}, {4, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}};
      for (int[] entries : bad) {
        assertThrows(
            IllegalArgumentException.class, () -> cache.retain(1, entries, entries.length));
      }
      assertThrows(IllegalArgumentException.class, () -> cache.retain(1, new int[] {1}, 2));
      assertThrows(IllegalArgumentException.class, () -> cache.retain(1, new int[] {1}, -1));
      assertThrows(IndexOutOfBoundsException.class, () -> cache.retain(3, new int[] {1}, 1));
      assertThrows(IndexOutOfBoundsException.class, () -> cache.keys(0, 10, new float[32]));
      assertThrows(IndexOutOfBoundsException.class, () -> cache.values(0, -1, new float[32]));
      assertThrows(IllegalArgumentException.class, () -> cache.keys(0, 0, new float[31]));
      assertThrows(IllegalArgumentException.class, () -> cache.recentAttention(0, new float[9]));
      assertEquals(10, cache.length(1));
      float[] again = new float[10];
      cache.accumulatedAttention(1, again);
      assertArrayEquals(sums, again);
    }
  }

  /** The heavy hitters of the first layer, the latest of the second, all of the third. */
  @Test
  void aPlanOfSeveralBudgetsIsCarriedOut() {
    ReferenceSession expected = reference.open();
    Agreement agreement = new Agreement("after a plan", Oracle.EXPLICIT);
    try (InferenceSession session = model.openSession(Engine.OBSERVED)) {
      int[] prompt = Engine.tokens(18, 50, VOCABULARY);
      session.step(prompt, 0, 50, Outputs.NONE);
      expected.step(prompt);
      KvCache cache = session.kvCache().orElseThrow();
      RetentionPlan plan = new RetentionPlan(cache);
      float[] sums = new float[50];
      cache.accumulatedAttention(0, sums);
      for (int e = 0; e < 50; e++) {
        plan.score(0, e, sums[e]);
      }
      plan.limit(0, 12);
      plan.protect(0, 0);
      plan.protect(0, 49);
      plan.limit(1, 20);
      assertEquals(38 + 30, plan.apply());
      int[] best =
          IntStream.range(1, 49)
              .boxed()
              .sorted((a, b) -> Float.compare(sums[b], sums[a]))
              .mapToInt(Integer::intValue)
              .limit(10)
              .toArray();
      expected.retain(
          0, IntStream.concat(IntStream.of(0, 49), IntStream.of(best)).sorted().toArray());
      expected.retain(1, IntStream.range(30, 50).toArray());
      Oracle.sameEntries(expected, cache);
      Oracle.sameAttention(expected, session);
      for (int token : prompt) {
        agreement.row(expected.step(token), Engine.step(session, token));
      }
    }
    agreement.done(50);
  }
}

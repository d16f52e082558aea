package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.plugin.llamacpp.bytedeco.random.RandomModel;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.KvCompression;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attention over compressed entries against plain Java that attends to the numbers that the cache
 * says they are. What these numbers have to do with the uncompressed ones, {@code PackingTest}
 * says; so the tolerance here is that of the kernel alone, which multiplies floats: {@link
 * Oracle#EXPLICIT} holds for half precision and is more than enough.
 */
class PackedAttentionTest {

  private static final int VOCABULARY = 400;

  private static RandomModel shape(int headWidth) {
    RandomModel random = new RandomModel().heads(4, 2);
    return headWidth == 0 ? random : random.headWidth(headWidth);
  }

  /**
   * A prompt is compressed, tokens follow over the edges of the masks' stride, and are compressed
   * in their turn. Head widths that are and aren't multiples of 8, blocks of 8 to 64 entries.
   */
  @ParameterizedTest
  @CsvSource({"0, 25", "0, 150", "12, 70", "8, 9", "20, 64"})
  void laterTokensSeeWhatIsStored(int headWidth, int prompt) throws IOException {
    var file = Engine.file("packed-" + headWidth, shape(headWidth));
    ReferenceSession expected = new ReferenceLlama(file).open();
    Agreement agreement = new Agreement("packed " + headWidth + ", " + prompt, Oracle.EXPLICIT);
    try (EngineModel model = Engine.open(file);
        InferenceSession session = model.openSession(Engine.OBSERVED)) {
      int[] tokens = Engine.tokens(21, prompt, VOCABULARY);
      session.step(tokens, 0, prompt, Outputs.NONE);
      expected.step(tokens);
      // The graph that is kept for them doesn't serve what follows.
      for (int token : Engine.tokens(20, 2, VOCABULARY)) {
        agreement.row(expected.step(token), Engine.step(session, token));
      }
      KvCache cache = session.kvCache().orElseThrow();
      List<KvCompression> ways = List.of(Packed.FOUR, Packed.TWO, Packed.PLAIN);
      for (KvCompression how : ways) {
        Packed.compress(cache, expected, how == Packed.TWO ? 3 : 0, how);
        for (int token : Engine.tokens(22, 30, VOCABULARY)) {
          agreement.row(expected.step(token), Engine.step(session, token));
        }
        Oracle.sameEntries(expected, cache);
        Oracle.sameAttention(expected, session);
      }
      assertEquals(prompt + 62, cache.compressed(0));
    }
    agreement.done(92);
  }

  /** Steps of several tokens, more than the kernel takes at once among them, and an image. */
  @Test
  void stepsOfSeveralTokensSeeThemUpToTheirOwn() throws IOException {
    ReferenceSession expected = new ReferenceLlama(Engine.plainFile()).open();
    Agreement agreement = new Agreement("packed, several", Oracle.EXPLICIT);
    try (EngineModel model = Engine.open(Engine.plainFile());
        InferenceSession session = model.openSession(SessionOptions.DEFAULT)) {
      int[] prompt = Engine.tokens(23, 40, VOCABULARY);
      session.step(prompt, 0, 40, Outputs.NONE);
      expected.step(prompt);
      Packed.compress(session.kvCache().orElseThrow(), expected, 5, Packed.FOUR);
      for (int count : new int[] {2, 7, 32, 85}) {
        int[] tokens = Engine.tokens(24 + count, count, VOCABULARY);
        StepResult result = session.step(tokens, 0, count, Outputs.ALL);
        for (int i = 0; i < count; i++) {
          agreement.row(expected.step(tokens[i]), Engine.logits(result, i));
        }
      }
      var image = Engine.image(25, 40, model.info().width());
      float[] last = Engine.logits(session.step(image, Outputs.LAST), 0);
      double[] row = new double[model.info().width()];
      double[] logits = null;
      for (int r = 0; r < 40; r++) {
        for (int i = 0; i < row.length; i++) {
          row[i] = image.data().get(r * row.length + i);
        }
        logits = expected.feed(row.clone());
      }
      agreement.row(logits, last);
      Oracle.sameEntries(expected, session.kvCache().orElseThrow());
    }
    agreement.done(127);
  }

  /** Layers of other lengths, some without a compressed entry, evicted from again and again. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void evictionAndCompressionTakeTurns(long seed) throws IOException {
    ReferenceSession expected = new ReferenceLlama(Engine.plainFile()).open();
    Agreement agreement = new Agreement("packed, evicted", Oracle.FUSED);
    Random random = new Random(seed);
    try (EngineModel model = Engine.open(Engine.plainFile());
        InferenceSession session = model.openSession(Engine.OBSERVED)) {
      int[] prompt = Engine.tokens(seed, 90, VOCABULARY);
      session.step(prompt, 0, 90, Outputs.NONE);
      expected.step(prompt);
      KvCache cache = session.kvCache().orElseThrow();
      for (int round = 0; round < 5; round++) {
        for (int layer = 0; layer < cache.layers(); layer++) {
          if (layer != round) {
            Packed.compress(cache, expected, layer, random.nextInt(4), Packed.FOUR);
          }
          int length = cache.length(layer);
          int[] kept = IntStream.range(0, length).filter(i -> random.nextDouble() < 0.7).toArray();
          cache.retain(layer, kept, kept.length);
          expected.retain(layer, kept);
        }
        Oracle.sameEntries(expected, cache);
        for (int token : Engine.tokens(seed + round, 20, VOCABULARY)) {
          agreement.row(expected.step(token), Engine.step(session, token));
        }
        Oracle.sameAttention(expected, session);
      }
    }
    agreement.done(100);
  }

  /** A rewind among the uncompressed entries, then one into a block, then all. */
  @Test
  void aRewindMayCutABlock() throws IOException {
    ReferenceSession expected = new ReferenceLlama(Engine.plainFile()).open();
    Agreement agreement = new Agreement("packed, rewound", Oracle.EXPLICIT);
    try (EngineModel model = Engine.open(Engine.plainFile());
        InferenceSession session = model.openSession(Engine.OBSERVED)) {
      int[] prompt = Engine.tokens(26, 60, VOCABULARY);
      session.step(prompt, 0, 60, Outputs.NONE);
      expected.step(prompt);
      KvCache cache = session.kvCache().orElseThrow();
      Packed.compress(cache, expected, 0, Packed.FOUR);
      for (int to : new int[] {64, 37, 20, 0}) {
        int[] drafts = Engine.tokens(27 + to, 10, VOCABULARY);
        session.step(drafts, 0, 10, Outputs.NONE);
        expected.step(drafts);
        session.rewind(to);
        expected.rewind(to);
        assertEquals(Math.min(to, 60), cache.compressed(1));
        for (int token : Engine.tokens(28 + to, 3, VOCABULARY)) {
          agreement.row(expected.step(token), Engine.step(session, token));
        }
        Oracle.sameEntries(expected, cache);
      }
    }
    agreement.done(12);
  }

  /** K and V that exits left out are made behind compressed ones, and compressed themselves. */
  @Test
  void exitsFillInBehindThem() throws IOException {
    var file = Engine.file("packed-exits", new RandomModel().layers(4).heads(4, 2));
    ReferenceSession expected = new ReferenceLlama(file).open();
    Agreement agreement = new Agreement("packed, exits", Oracle.FUSED);
    int[] next = {4};
    SessionOptions options =
        new SessionOptions(
            AttentionTracking.NONE,
            Optional.of(new EarlyExit(List.of(1, 2), (layer, sure) -> layer == next[0])));
    Random random = new Random(29);
    try (EngineModel model = Engine.open(file);
        InferenceSession session = model.openSession(options)) {
      int[] prompt = Engine.tokens(30, 30, VOCABULARY);
      session.step(prompt, 0, 30, Outputs.NONE);
      expected.step(prompt);
      KvCache cache = session.kvCache().orElseThrow();
      for (int round = 0; round < 4; round++) {
        Packed.compress(cache, expected, 2, Packed.FOUR);
        assertTrue(cache.compressed(3) >= 28 + 10 * round, "compressed " + cache.compressed(3));
        for (int token : Engine.tokens(31 + round, 12, VOCABULARY)) {
          next[0] = List.of(1, 1, 2, 4).get(random.nextInt(4));
          double[] logits = next[0] == 4 ? expected.step(token) : expected.exit(token, next[0]);
          agreement.row(logits, Engine.step(session, token));
        }
      }
      Oracle.sameEntries(expected, cache);
    }
    agreement.done(48);
  }

  /** Two threads share the heads out, and what one of them sums up. */
  @Test
  void threadsMakeNoDifference() {
    float[][] results = new float[2][];
    float[][] sums = new float[2][60];
    for (int threads = 1; threads <= 2; threads++) {
      try (Compute compute = new Compute(threads);
          EngineModel model =
              new EngineModel(
                  GgufFile.open(Engine.plainFile()), Engine.DEFAULTS, compute, LoadProgress.NONE);
          InferenceSession session = model.openSession(Engine.OBSERVED)) {
        int[] tokens = Engine.tokens(32, 60, VOCABULARY);
        session.step(tokens, 0, 50, Outputs.NONE);
        KvCache cache = session.kvCache().orElseThrow();
        for (int layer = 0; layer < cache.layers(); layer++) {
          cache.compress(layer, 48, Packed.FOUR);
        }
        results[threads - 1] = Engine.logits(session.step(tokens, 50, 10, Outputs.LAST), 0);
        cache.accumulatedAttention(1, sums[threads - 1]);
      }
    }
    for (int i = 0; i < results[0].length; i++) {
      assertEquals(results[0][i], results[1][i], 1e-4);
    }
    for (int i = 0; i < 60; i++) {
      assertEquals(sums[0][i], sums[1][i], 1e-4);
    }
  }

  @Test
  void whatMakesNoSenseIsRefusedAndTooFewStay() {
    KvCache closed;
    try (EngineModel model = Engine.open(Engine.plainFile());
        InferenceSession session = model.openSession(SessionOptions.DEFAULT)) {
      session.step(Engine.tokens(33, 20, VOCABULARY), 0, 20, Outputs.NONE);
      KvCache cache = session.kvCache().orElseThrow();
      long bytes = session.kvBytes();
      assertThrows(IllegalArgumentException.class, () -> cache.compress(0, 21, Packed.FOUR));
      assertThrows(IllegalArgumentException.class, () -> cache.compress(0, -1, Packed.FOUR));
      assertThrows(IndexOutOfBoundsException.class, () -> cache.compress(3, 5, Packed.FOUR));
      assertThrows(NullPointerException.class, () -> cache.compress(0, 5, null));
      cache.compress(0, 7, Packed.FOUR);
      assertEquals(0, cache.compressed(0), "7 entries stay as they are");
      assertEquals(bytes, session.kvBytes());
      cache.compress(0, 12, Packed.FOUR);
      assertEquals(12, cache.compressed(0));
      assertThrows(IllegalArgumentException.class, () -> cache.compress(0, 11, Packed.FOUR));
      closed = cache;
    }
    KvCache of = closed;
    assertThrows(IllegalStateException.class, () -> of.compress(0, 20, Packed.FOUR));
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.edgevlm.plugin.llamacpp.bytedeco.random.RandomModel;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.inference.Confidence;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Steps that end at exit layers, against a plain decoder that leaves where it is told and makes K
 * and V of the layers above at once.
 */
class ExitTest {

  private static final int VOCABULARY = 900;
  private static final int LAYERS = 6;
  private static final List<Integer> EXITS = List.of(2, 3, 5);

  /** No exit. */
  private static final int NONE = LAYERS;

  private static ReferenceLlama reference;
  private static EngineModel model;

  @BeforeAll
  static void open() throws IOException {
    RandomModel random = new RandomModel().layers(LAYERS).heads(4, 2).vocabulary(VOCABULARY);
    reference = new ReferenceLlama(Engine.file("exiting", random));
    model = Engine.open(Engine.file("exiting", random));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  /** Leaves where the test says next, and notes how sure the model was at each exit. */
  private static final class Script {

    private int next = NONE;
    private final Map<Integer, float[]> seen = new HashMap<>();

    boolean exit(int layer, Confidence confidence) {
      seen.put(layer, new float[] {confidence.max(), confidence.margin(), confidence.entropy()});
      return layer == next;
    }

    SessionOptions options(AttentionTracking attention) {
      return new SessionOptions(attention, Optional.of(new EarlyExit(EXITS, this::exit)));
    }

    SessionOptions options() {
      return options(AttentionTracking.NONE);
    }
  }

  private static StepResult step(InferenceSession session, int token) {
    return session.step(new int[] {token}, 0, 1, Outputs.LAST);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void logitsAreThoseOfTheExitAndLaterOnesSeeItsKeysAndValues(long seed) {
    Script script = new Script();
    Random random = new Random(seed);
    int[] tokens = Engine.tokens(seed, 150, VOCABULARY);
    ReferenceSession expected = new ReferenceSession(reference);
    Agreement agreement = new Agreement("exits, seed " + seed, Oracle.FUSED);
    try (InferenceSession session = model.openSession(script.options())) {
      for (int token : tokens) {
        int depth = List.of(2, 2, 2, 3, 5, NONE).get(random.nextInt(6));
        script.next = depth;
        StepResult result = step(session, token);
        assertEquals(depth, result.layersUsed(0));
        double[] logits = depth == NONE ? expected.step(token) : expected.exit(token, depth);
        agreement.row(logits, Engine.logits(result, 0));
      }
      assertEquals(150, session.position());
      Oracle.sameEntries(expected, session.kvCache().orElseThrow());
    }
    agreement.done(150);
  }

  @Test
  void manyExitsInARowAreCaughtUpWith() {
    Script script = new Script();
    int[] tokens = Engine.tokens(9, 141, VOCABULARY);
    ReferenceSession expected = new ReferenceSession(reference);
    try (InferenceSession session = model.openSession(script.options())) {
      script.next = 2;
      for (int i = 0; i < 140; i++) {
        step(session, tokens[i]);
        expected.exit(tokens[i], 2);
      }
      script.next = NONE;
      Agreement agreement = new Agreement("full depth after 140 exits", Oracle.FUSED);
      agreement.row(expected.step(tokens[140]), Engine.logits(step(session, tokens[140]), 0));
      agreement.done(1);
      Oracle.sameEntries(expected, session.kvCache().orElseThrow());
    }
  }

  @Test
  void promptsAndImagesGoToTheLastLayer() {
    Script script = new Script();
    script.next = 2;
    int[] tokens = Engine.tokens(11, 60, VOCABULARY);
    ImageEmbedding image = Engine.image(12, 9, model.info().width());
    ReferenceSession expected = new ReferenceSession(reference);
    try (InferenceSession session = model.openSession(script.options())) {
      Agreement agreement = new Agreement("exits between prompts", Oracle.FUSED);
      session.step(tokens, 0, 20, Outputs.NONE);
      expected.step(Arrays.copyOf(tokens, 20));
      agreement.row(expected.exit(tokens[20], 2), Engine.logits(step(session, tokens[20]), 0));
      StepResult result = session.step(image, Outputs.LAST);
      double[] last = null;
      for (int row = 0; row < 9; row++) {
        double[] values = new double[model.info().width()];
        for (int i = 0; i < values.length; i++) {
          values[i] = image.data().get(row * values.length + i);
        }
        last = expected.feed(values);
      }
      assertEquals(LAYERS, result.layersUsed(0));
      agreement.row(last, Engine.logits(result, 0));
      agreement.row(expected.exit(tokens[21], 2), Engine.logits(step(session, tokens[21]), 0));
      result = session.step(tokens, 22, 30, Outputs.ALL);
      assertEquals(LAYERS, result.layersUsed(29));
      for (int i = 22; i < 52; i++) {
        agreement.row(expected.step(tokens[i]), Engine.logits(result, i - 22));
      }
      agreement.done(33);
    }
  }

  @ParameterizedTest
  @CsvSource({"true, 5", "false, 6"})
  void rewindingTakesExitsBack(boolean look, long seed) {
    Script script = new Script();
    Random random = new Random(seed);
    ReferenceSession expected = new ReferenceSession(reference);
    Agreement agreement = new Agreement("rewound exits", Oracle.FUSED);
    int rows = 0;
    try (InferenceSession session = model.openSession(script.options())) {
      for (int turn = 0; turn < 40; turn++) {
        for (int i = 0; i < 6; i++) {
          int token = 3 + random.nextInt(VOCABULARY - 3);
          int depth = List.of(2, 2, 3, 5, NONE).get(random.nextInt(5));
          script.next = depth;
          StepResult result = step(session, token);
          double[] logits = depth == NONE ? expected.step(token) : expected.exit(token, depth);
          agreement.row(logits, Engine.logits(result, 0));
          rows++;
        }
        int to = session.position() - random.nextInt(6);
        session.rewind(to);
        expected.rewind(to);
        if (look) {
          Oracle.sameEntries(expected, session.kvCache().orElseThrow());
        }
      }
      Oracle.sameEntries(expected, session.kvCache().orElseThrow());
    }
    agreement.done(rows);
  }

  @Test
  void evictionSeesAllEntriesAndExitsGoOnAfterIt() {
    Script script = new Script();
    Random random = new Random(21);
    ReferenceSession expected = new ReferenceSession(reference);
    AttentionTracking sums = new AttentionTracking(true, 0);
    Agreement agreement = new Agreement("exits over an evicted cache", Oracle.EXPLICIT);
    int rows = 0;
    try (InferenceSession session = model.openSession(script.options(sums))) {
      KvCache cache = session.kvCache().orElseThrow();
      for (int turn = 0; turn < 12; turn++) {
        for (int i = 0; i < 10; i++) {
          int token = 3 + random.nextInt(VOCABULARY - 3);
          int depth = List.of(2, 2, 3, 5, NONE).get(random.nextInt(5));
          script.next = depth;
          StepResult result = step(session, token);
          double[] logits = depth == NONE ? expected.step(token) : expected.exit(token, depth);
          agreement.row(logits, Engine.logits(result, 0));
          rows++;
        }
        for (int layer = 0; layer < LAYERS; layer++) {
          float[] accumulated = new float[cache.length(layer)];
          cache.accumulatedAttention(layer, accumulated);
          Oracle.close(
              expected.attention(layer, 0), accumulated, Oracle.ATTENTION, "sums of " + layer);
          int[] kept =
              IntStream.range(0, cache.length(layer)).filter(e -> random.nextInt(3) > 0).toArray();
          if (kept.length > 0) {
            cache.retain(layer, kept, kept.length);
            expected.retain(layer, kept);
          }
        }
        Oracle.sameEntries(expected, cache);
      }
    }
    agreement.done(rows);
  }

  @Test
  void confidenceIsThatOfTheSoftmax() {
    Script script = new Script();
    ReferenceSession expected = new ReferenceSession(reference);
    try (InferenceSession session = model.openSession(script.options())) {
      for (int token : Engine.tokens(31, 40, VOCABULARY)) {
        List<double[]> atExits = new ArrayList<>();
        for (int depth : EXITS) {
          atExits.add(expected.exit(token, depth));
          expected.rewind(expected.position() - 1);
        }
        step(session, token);
        expected.step(token);
        double[] first = atExits.get(0);
        int[] listed =
            IntStream.range(0, VOCABULARY)
                .boxed()
                .sorted(Comparator.comparingDouble(id -> -first[id]))
                .limit(ExitingStep.SHORTLIST)
                .mapToInt(id -> id)
                .toArray();
        double inside = Arrays.stream(listed).mapToDouble(id -> softmax(first)[id]).sum();
        for (int i = 0; i < EXITS.size(); i++) {
          double[] logits = atExits.get(i);
          double share = i == 0 ? 1 : inside;
          double[] row =
              i == 0 ? logits : Arrays.stream(listed).mapToDouble(id -> logits[id]).toArray();
          double[] sorted = Arrays.stream(softmax(row)).sorted().map(x -> x * share).toArray();
          double largest = sorted[sorted.length - 1];
          double entropy = -Arrays.stream(sorted).map(x -> x * Math.log(x)).sum();
          entropy -= share < 1 ? (1 - share) * Math.log(1 - share) : 0;
          float[] seen = script.seen.get(EXITS.get(i));
          assertEquals(largest, seen[0], 0.02 * largest, "largest of exit " + i);
          double margin = largest - sorted[sorted.length - 2];
          assertEquals(margin, seen[1], 0.02 * largest, "margin of exit " + i);
          assertEquals(entropy, seen[2], 0.02, "entropy of exit " + i);
        }
      }
    }
  }

  private static double[] softmax(double[] logits) {
    double top = Arrays.stream(logits).max().orElseThrow();
    double total = Arrays.stream(logits).map(x -> Math.exp(x - top)).sum();
    return Arrays.stream(logits).map(x -> Math.exp(x - top) / total).toArray();
  }

  @Test
  void withoutAnExitTheBitsAreThoseOfAPlainSession() {
    Script script = new Script();
    try (InferenceSession exiting = model.openSession(script.options());
        InferenceSession plain = model.openSession(SessionOptions.DEFAULT)) {
      for (int token : Engine.tokens(41, 70, VOCABULARY)) {
        assertArrayEquals(Engine.step(plain, token), Engine.step(exiting, token));
      }
      assertEquals(plain.kvBytes(), exiting.kvBytes());
    }
  }

  @Test
  void deeperLayersTakeNoMemoryUntilTheyAreNeeded() {
    Script script = new Script();
    script.next = 2;
    try (InferenceSession session = model.openSession(script.options())) {
      for (int token : Engine.tokens(51, 60, VOCABULARY)) {
        step(session, token);
      }
      long before = session.kvBytes();
      KvCache cache = session.kvCache().orElseThrow();
      assertEquals(60, cache.length(LAYERS - 1));
      assertEquals(before, session.kvBytes(), "a length is known without");
      assertEquals(59, cache.position(LAYERS - 1, 59));
      assertTrue(before < session.kvBytes(), before + " bytes before");
    }
  }

  @Test
  void exitsThatTheModelHasNotAreRefused() {
    for (List<Integer> exits : List.of(List.of(LAYERS), List.of(2, 40), List.<Integer>of())) {
      SessionOptions options =
          new SessionOptions(
              AttentionTracking.NONE, Optional.of(new EarlyExit(exits, (l, c) -> false)));
      IllegalArgumentException refusal =
          assertThrows(IllegalArgumentException.class, () -> model.openSession(options));
      assertTrue(refusal.getMessage().contains("from 1 to 5"), refusal.getMessage());
    }
  }
}

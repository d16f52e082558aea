package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ReadOnlyBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.SessionStep;
import org.edgevlm.spi.inference.StepInput;
import org.edgevlm.spi.inference.StepResult;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions of one model don't see each other, and feed the same whatever the portions. */
class SessionTest {

  private static final int VOCABULARY = 400;
  private static EngineModel model;

  @BeforeAll
  static void open() {
    model = Engine.open(Engine.plainFile());
  }

  @AfterAll
  static void close() {
    model.close();
  }

  /** One conversation: a prompt with an image, then single tokens by greedy choice. */
  private static final class Conversation implements AutoCloseable {
    private final InferenceSession session;
    private final int[] prompt;
    private final ImageEmbedding image;
    private final List<float[]> rows = new ArrayList<>();
    private int next;

    Conversation(EngineModel model, long seed, SessionOptions options) {
      session = model.openSession(options);
      prompt = Engine.tokens(seed, 20, VOCABULARY);
      image = Engine.image(seed, 9, 64);
    }

    /** Step {@code i} of 30. */
    void advance(int i) {
      StepResult result;
      if (i == 0) {
        result = session.step(prompt, 0, 10, Outputs.LAST);
      } else if (i == 1) {
        result = session.step(image, Outputs.LAST);
      } else if (i == 2) {
        result = session.step(prompt, 10, 10, Outputs.LAST);
      } else {
        result = session.step(new int[] {next}, 0, 1, Outputs.LAST);
      }
      next = result.argmax(0);
      rows.add(Engine.logits(result, 0));
    }

    float[][] all() {
      for (int i = 0; i < 30; i++) {
        advance(i);
      }
      return rows();
    }

    float[][] rows() {
      return rows.toArray(float[][]::new);
    }

    @Override
    public void close() {
      session.close();
    }
  }

  private static float[][] alone(long seed) {
    try (Conversation conversation = new Conversation(model, seed, SessionOptions.DEFAULT)) {
      return conversation.all();
    }
  }

  @Test
  void sessionsInTurnGiveWhatEachGivesAlone() {
    float[][] first = alone(30);
    float[][] second = alone(31);
    try (Conversation a = new Conversation(model, 30, SessionOptions.DEFAULT);
        Conversation b = new Conversation(model, 31, SessionOptions.DEFAULT)) {
      for (int i = 0; i < 30; i++) {
        a.advance(i);
        b.advance(i);
        if (i % 7 == 0) {
          // A third one that comes and goes.
          alone(32 + i);
        }
      }
      assertArrayEquals(first, a.rows());
      assertArrayEquals(second, b.rows());
    }
  }

  @Test
  void sessionsAtTheSameTimeGiveWhatEachGivesAlone() throws Exception {
    float[][][] expected = new float[4][][];
    for (int i = 0; i < 4; i++) {
      expected[i] = alone(40 + i);
    }
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Callable<float[][]>> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        long seed = 40 + i % 4;
        calls.add(() -> alone(seed));
      }
      List<Future<float[][]>> results = pool.invokeAll(calls);
      for (int i = 0; i < 8; i++) {
        assertArrayEquals(expected[i % 4], results.get(i).get());
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void aFreshlyOpenedModelGivesTheSame() {
    float[][] expected = alone(33);
    try (Compute two = new Compute(2);
        EngineModel again =
            new EngineModel(
                GgufFile.open(Engine.plainFile()), Engine.DEFAULTS, two, LoadProgress.NONE);
        Conversation conversation = new Conversation(again, 33, SessionOptions.DEFAULT)) {
      assertArrayEquals(expected, conversation.all(), "with two threads");
    }
  }

  @Test
  void outputsAreThoseAskedFor() {
    int[] tokens = Engine.tokens(34, 20, VOCABULARY);
    try (InferenceSession session = model.openSession(SessionOptions.DEFAULT)) {
      StepResult all = session.step(tokens, 0, 20, Outputs.ALL);
      assertEquals(20, all.rows());
      assertEquals(VOCABULARY, all.vocabularySize());
      float[] last = Engine.logits(all, 19);
      float[] row = Engine.logits(all, 7);
      int best = IntStream.range(0, VOCABULARY).reduce(0, (a, b) -> row[b] > row[a] ? b : a);
      assertEquals(best, all.argmax(7));
      assertEquals(3, all.layersUsed(7));
      assertThrows(IndexOutOfBoundsException.class, () -> all.logits(20));
      assertThrows(IndexOutOfBoundsException.class, () -> all.logits(-1));
      assertThrows(IndexOutOfBoundsException.class, () -> all.layersUsed(20));
      assertThrows(ReadOnlyBufferException.class, () -> all.logits(0).put(0, 1f));
      session.rewind(0);
      StepResult one = session.step(tokens, 0, 20, Outputs.LAST);
      assertSame(all, one);
      assertEquals(1, one.rows());
      // The head's product with one row instead of twenty sums in another order.
      assertArrayEquals(last, Engine.logits(one, 0), 1e-5f);
      assertThrows(IndexOutOfBoundsException.class, () -> one.logits(1));
      assertEquals(0, session.step(tokens, 0, 2, Outputs.NONE).rows());
      assertEquals(0, session.step(tokens, 0, 1, Outputs.NONE).rows());
      assertEquals(1, session.step(tokens, 0, 1, Outputs.ALL).rows());
      assertEquals(24, session.position());
    }
  }

  /** A prefill in other portions goes through other shapes of products, hence a tolerance. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 64, 100})
  void batchesOfAnySizeAgree(int batch) {
    int[] tokens = Engine.tokens(35, 100, VOCABULARY);
    ImageEmbedding image = Engine.image(36, 30, 64);
    Agreement agreement = new Agreement("batch " + batch, Oracle.FUSED);
    try (EngineModel small = Engine.open(Engine.plainFile(), Oracle.smallBatches(batch));
        InferenceSession portions = small.openSession(SessionOptions.DEFAULT);
        InferenceSession whole = model.openSession(SessionOptions.DEFAULT)) {
      StepResult expected = whole.step(tokens, 0, 100, Outputs.ALL);
      StepResult actual = portions.step(tokens, 0, 100, Outputs.ALL);
      assertEquals(100, actual.rows());
      for (int i = 0; i < 100; i++) {
        agreement.row(Engine.logits(expected, i), Engine.logits(actual, i));
      }
      agreement.row(
          Engine.logits(whole.step(image, Outputs.LAST), 0),
          Engine.logits(portions.step(image, Outputs.LAST), 0));
      expected = whole.step(image, Outputs.ALL);
      actual = portions.step(image, Outputs.ALL);
      for (int i = 0; i < 30; i++) {
        agreement.row(Engine.logits(expected, i), Engine.logits(actual, i));
      }
      assertEquals(whole.position(), portions.position());
    }
    agreement.done(131);
  }

  @Test
  void theContextCanBeFilledToTheLastPosition() {
    int[] tokens = Engine.tokens(37, 256, VOCABULARY);
    try (InferenceSession whole = model.openSession(SessionOptions.DEFAULT);
        InferenceSession single = model.openSession(SessionOptions.DEFAULT)) {
      assertEquals(256, whole.capacity());
      Agreement agreement = new Agreement("full context", Oracle.FUSED);
      float[] last = Engine.logits(whole.step(tokens, 0, 256, Outputs.LAST), 0);
      single.step(tokens, 0, 250, Outputs.NONE);
      for (int i = 250; i < 255; i++) {
        Engine.step(single, tokens[i]);
      }
      agreement.row(last, Engine.step(single, tokens[255]));
      agreement.done(1);
      assertEquals(256, single.position());
    }
  }

  @Test
  void aListOfStepsAdvancesEachSession() {
    int[] tokens = Engine.tokens(38, 12, VOCABULARY);
    ImageEmbedding image = Engine.image(39, 5, 64);
    try (InferenceSession a = model.openSession(SessionOptions.DEFAULT);
        InferenceSession b = model.openSession(SessionOptions.DEFAULT);
        InferenceSession alone = model.openSession(SessionOptions.DEFAULT)) {
      List<StepResult> results =
          model.step(
              List.of(
                  new SessionStep(a, new StepInput.Tokens(tokens, 2, 9), Outputs.LAST),
                  new SessionStep(b, new StepInput.Image(image), Outputs.ALL)));
      assertEquals(2, results.size());
      assertEquals(9, a.position());
      assertEquals(5, b.position());
      assertArrayEquals(
          Engine.logits(alone.step(tokens, 2, 9, Outputs.LAST), 0),
          Engine.logits(results.get(0), 0));
      alone.rewind(0);
      assertArrayEquals(
          Engine.logits(alone.step(image, Outputs.ALL), 4), Engine.logits(results.get(1), 4));
      assertTrue(model.step(List.of()).isEmpty());
    }
  }
}

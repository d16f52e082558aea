package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.plugin.llamacpp.bytedeco.random.RandomModel;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.inference.Confidence;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.ExitRule;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Steps that ended at an exit and are taken through the rest of the layers together, against a
 * session that never exits: K, V and logits have the same bits.
 */
class CompletionTest {

  private static final int VOCABULARY = 900;
  private static final int LAYERS = 6;
  private static final AttentionTracking TRACKED = new AttentionTracking(true, 5);

  private static EngineModel model;

  @BeforeAll
  static void open() throws IOException {
    // In F32, ggml multiplies several rows with another kernel than one.
    RandomModel random =
        new RandomModel().layers(LAYERS).heads(4, 2).vocabulary(VOCABULARY).type(GgufType.Q8_0);
    model = Engine.open(Engine.file("completing", random));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  /** Ends at one layer as long as it is open, and counts how often it is asked. */
  private static final class Gate implements ExitRule {

    private boolean open;
    private int layer = 2;
    private int asked;

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public boolean exit(int at, Confidence confidence) {
      asked++;
      return at == layer;
    }

    SessionOptions options(AttentionTracking attention) {
      return new SessionOptions(attention, Optional.of(new EarlyExit(List.of(2, 4), this)));
    }
  }

  private static SessionOptions plain(AttentionTracking attention) {
    return new SessionOptions(attention, Optional.empty());
  }

  private static void draft(InferenceSession session, Gate gate, int[] tokens, int from, int to) {
    gate.open = true;
    for (int i = from; i < to; i++) {
      assertEquals(gate.layer, session.step(tokens, i, 1, Outputs.LAST).layersUsed(0));
    }
    gate.open = false;
  }

  private static void assertSame(
      InferenceSession expected, StepResult result, int[] tokens, int from, int count) {
    assertEquals(count, result.rows());
    for (int row = 0; row < count; row++) {
      assertEquals(LAYERS, result.layersUsed(row));
      float[] logits = Engine.logits(result, row);
      assertArrayEquals(Engine.step(expected, tokens[from + row]), logits, "row " + row);
    }
  }

  private static void assertSameCaches(InferenceSession expected, InferenceSession actual) {
    assertEquals(expected.position(), actual.position());
    KvCache left = expected.kvCache().orElseThrow();
    KvCache right = actual.kvCache().orElseThrow();
    float[] a = new float[left.rowWidth()];
    float[] b = new float[left.rowWidth()];
    for (int layer = 0; layer < LAYERS; layer++) {
      assertEquals(left.length(layer), right.length(layer), "entries of layer " + layer);
      for (int entry = 0; entry < left.length(layer); entry++) {
        assertEquals(left.position(layer, entry), right.position(layer, entry));
        left.keys(layer, entry, a);
        right.keys(layer, entry, b);
        assertArrayEquals(a, b, "keys of entry " + entry + " in layer " + layer);
        left.values(layer, entry, a);
        right.values(layer, entry, b);
        assertArrayEquals(a, b, "values of entry " + entry + " in layer " + layer);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"false, 2, 1", "false, 4, 2", "true, 2, 3", "true, 4, 4"})
  void draftsThatAreCutVerifiedAndRewoundLeaveNoTrace(boolean tracked, int layer, long seed) {
    AttentionTracking attention = tracked ? TRACKED : AttentionTracking.NONE;
    Random random = new Random(seed);
    Gate gate = new Gate();
    gate.layer = layer;
    int[] tokens = Engine.tokens(seed, 220, VOCABULARY);
    try (InferenceSession session = model.openSession(gate.options(attention));
        InferenceSession expected = model.openSession(plain(attention))) {
      session.step(tokens, 0, 30, Outputs.NONE);
      expected.step(tokens, 0, 30, Outputs.NONE);
      // Past 64 and 128 entries, where graphs change their shapes.
      while (session.position() < 190) {
        int at = session.position();
        int drafted = 1 + random.nextInt(7);
        draft(session, gate, tokens, at, at + drafted);
        int count = 1 + random.nextInt(drafted);
        session.rewind(at + count);
        StepResult result = session.complete(tokens, at, count);
        assertSame(expected, result, tokens, at, count);
        int kept = at + random.nextInt(count + 1);
        session.rewind(kept);
        expected.rewind(kept);
        int asked = gate.asked;
        float[] own = Engine.step(session, tokens[kept]);
        assertArrayEquals(Engine.step(expected, tokens[kept]), own, "a step that may not exit");
        assertEquals(asked, gate.asked, "a closed rule isn't asked");
      }
      assertSameCaches(expected, session);
      if (tracked) {
        KvCache left = expected.kvCache().orElseThrow();
        KvCache right = session.kvCache().orElseThrow();
        for (int i = 0; i < LAYERS; i++) {
          float[] a = new float[left.length(i)];
          float[] b = new float[left.length(i)];
          left.accumulatedAttention(i, a);
          right.accumulatedAttention(i, b);
          Oracle.close(doubles(a), b, Oracle.ATTENTION, "sums of " + i);
        }
      }
    }
  }

  private static double[] doubles(float[] floats) {
    return IntStream.range(0, floats.length).mapToDouble(i -> floats[i]).toArray();
  }

  @Test
  void anEvictedCacheIsDraftedAndVerifiedIn() {
    Gate gate = new Gate();
    int[] tokens = Engine.tokens(7, 120, VOCABULARY);
    try (InferenceSession session = model.openSession(gate.options(AttentionTracking.NONE));
        InferenceSession expected = model.openSession(SessionOptions.DEFAULT)) {
      session.step(tokens, 0, 40, Outputs.NONE);
      expected.step(tokens, 0, 40, Outputs.NONE);
      for (InferenceSession one : List.of(session, expected)) {
        KvCache cache = one.kvCache().orElseThrow();
        for (int layer = 0; layer < LAYERS; layer++) {
          int every = 2 + layer;
          int[] kept = IntStream.range(0, 40).filter(e -> e % every == 0).toArray();
          cache.retain(layer, kept, kept.length);
        }
      }
      draft(session, gate, tokens, 40, 45);
      assertSame(expected, session.complete(tokens, 40, 5), tokens, 40, 5);
      assertSameCaches(expected, session);
    }
  }

  @Test
  void whatCannotGoOnFromItsExitIsFedAgain() {
    Gate gate = new Gate();
    int[] tokens = Engine.tokens(8, 200, VOCABULARY);
    try (InferenceSession session = model.openSession(gate.options(AttentionTracking.NONE));
        InferenceSession expected = model.openSession(SessionOptions.DEFAULT)) {
      // Of two exits, the deeper one makes the other's K and V from its hidden state.
      draft(session, gate, tokens, 0, 2);
      gate.layer = 4;
      draft(session, gate, tokens, 2, 3);
      assertSame(expected, session.complete(tokens, 0, 3), tokens, 0, 3);
      // Only the latest of those that wait.
      gate.layer = 2;
      expected.step(tokens, 3, 2, Outputs.NONE);
      draft(session, gate, tokens, 3, 5);
      session.complete(tokens, 3, 2);
      draft(session, gate, tokens, 5, 9);
      session.rewind(5);
      draft(session, gate, tokens, 5, 7);
      assertSame(expected, session.complete(tokens, 5, 2), tokens, 5, 2);
      // After somebody looked at the cache.
      draft(session, gate, tokens, 7, 9);
      float[] row = new float[session.kvCache().orElseThrow().rowWidth()];
      session.kvCache().orElseThrow().keys(LAYERS - 1, 7, row);
      assertSame(expected, session.complete(tokens, 7, 2), tokens, 7, 2);
      // More than may wait.
      draft(session, gate, tokens, 9, 99);
      StepResult together = expected.step(tokens, 9, 90, Outputs.ALL);
      StepResult completed = session.complete(tokens, 9, 90);
      for (int i = 0; i < 90; i++) {
        assertArrayEquals(Engine.logits(together, i), Engine.logits(completed, i), "row " + i);
      }
      // And in a session that has no exits.
      Engine.step(expected, tokens[99]);
      float[] again = Engine.logits(expected.complete(tokens, 99, 1), 0);
      session.step(tokens, 99, 1, Outputs.NONE);
      session.rewind(99);
      assertTrue(Arrays.equals(again, Engine.step(session, tokens[99])));
      assertFalse(Arrays.equals(again, Engine.step(session, tokens[100])));
      assertEquals(101, session.position());
    }
  }
}

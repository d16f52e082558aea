package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Random;
import java.util.stream.IntStream;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** After a rewind a session is as if what came later had never been fed. */
class RewindTest {

  private static final int VOCABULARY = 400;

  /** As many queries as can be taken back from the attention sums. */
  private static final int DRAFT = 16;

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

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void feedingAgainGivesTheSameBits(boolean observed) {
    int[] tokens = Engine.tokens(20, 80, VOCABULARY);
    float[][] first = new float[80][];
    SessionOptions options = observed ? Engine.OBSERVED : SessionOptions.DEFAULT;
    try (InferenceSession session = model.openSession(options)) {
      for (int i = 0; i < 80; i++) {
        first[i] = Engine.step(session, tokens[i]);
      }
      for (int position : new int[] {80, 79, 66, 64, 63, 31, 1, 0}) {
        session.rewind(position);
        assertEquals(position, session.position());
        assertEquals(position, session.kvCache().orElseThrow().length(1));
        for (int i = position; i < Math.min(80, position + 20); i++) {
          assertArrayEquals(first[i], Engine.step(session, tokens[i]), "token " + i);
        }
      }
    }
  }

  @Test
  void aPromptFedAgainGivesTheSameBits() {
    int[] tokens = Engine.tokens(21, 60, VOCABULARY);
    try (InferenceSession session = model.openSession(SessionOptions.DEFAULT)) {
      session.step(tokens, 0, 20, Outputs.NONE);
      float[] first = Engine.logits(session.step(tokens, 20, 40, Outputs.LAST), 0);
      long bytes = session.kvBytes();
      session.rewind(20);
      session.step(Engine.tokens(22, 30, VOCABULARY), 0, 30, Outputs.NONE);
      session.rewind(20);
      assertArrayEquals(first, Engine.logits(session.step(tokens, 20, 40, Outputs.LAST), 0));
      assertEquals(bytes, session.kvBytes());
    }
  }

  @Test
  void anotherContinuationIsTheOneASessionOfItsOwnGives() {
    int[] tokens = Engine.tokens(23, 40, VOCABULARY);
    try (InferenceSession session = model.openSession(SessionOptions.DEFAULT);
        InferenceSession fresh = model.openSession(SessionOptions.DEFAULT)) {
      session.step(tokens, 0, 40, Outputs.NONE);
      session.rewind(0);
      float[] row = Engine.logits(session.step(tokens, 10, 30, Outputs.LAST), 0);
      assertArrayEquals(row, Engine.logits(fresh.step(tokens, 10, 30, Outputs.LAST), 0));
    }
  }

  @Test
  void positionsOutsideAreRefused() {
    try (InferenceSession session = model.openSession(SessionOptions.DEFAULT)) {
      session.step(new int[] {5, 6, 7}, 0, 3, Outputs.NONE);
      assertThrows(IllegalArgumentException.class, () -> session.rewind(4));
      assertThrows(IllegalArgumentException.class, () -> session.rewind(-1));
      assertEquals(3, session.position());
      assertEquals(3, session.kvCache().orElseThrow().length(0));
    }
  }

  @Test
  void aLayerThatKeptNothingOfTheRestIsEmptyAndGoesOn() {
    ReferenceSession expected = reference.open();
    Agreement agreement = new Agreement("from an empty layer", Oracle.FUSED);
    int[] tokens = Engine.tokens(24, 30, VOCABULARY);
    try (InferenceSession session = model.openSession(SessionOptions.DEFAULT)) {
      session.step(tokens, 0, 20, Outputs.NONE);
      expected.step(IntStream.range(0, 20).map(i -> tokens[i]).toArray());
      KvCache cache = session.kvCache().orElseThrow();
      cache.retain(1, new int[] {15, 18}, 2);
      expected.retain(1, 15, 18);
      session.rewind(12);
      expected.rewind(12);
      assertEquals(0, cache.length(1));
      assertEquals(0, cache.bytes(1));
      cache.retain(1, new int[0], 0);
      for (int token : tokens) {
        agreement.row(expected.step(token), Engine.step(session, token));
      }
      Oracle.sameEntries(expected, cache);
    }
    agreement.done(30);
  }

  /** Drafts of up to 16 tokens, all or some of them taken back, as speculation does. */
  @Test
  void attentionOfRewoundQueriesIsTakenBack() {
    ReferenceSession expected = reference.open();
    Random random = new Random(25);
    try (InferenceSession session = model.openSession(Engine.OBSERVED)) {
      int[] prompt = Engine.tokens(26, 30, VOCABULARY);
      session.step(prompt, 0, 30, Outputs.NONE);
      expected.step(prompt);
      for (int round = 0; round < 20; round++) {
        int drafted = 1 + random.nextInt(DRAFT);
        int[] draft = Engine.tokens(100 + round, drafted, VOCABULARY);
        int start = session.position();
        session.step(draft, 0, drafted, Outputs.ALL);
        expected.step(draft);
        int accepted = start + random.nextInt(Math.min(drafted + 1, 6));
        session.rewind(accepted);
        expected.rewind(accepted);
        Oracle.sameAttention(expected, session);
      }
      assertTrue(session.position() > 30);
    }
  }

  /**
   * Everything in any order: tokens one by one and several, eviction, rewinding; after each move
   * the session must agree with the oracle.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void anyOrderOfMovesAgrees(long seed) {
    ReferenceSession expected = reference.open();
    Random random = new Random(seed);
    Agreement agreement = new Agreement("moves " + seed, Oracle.EXPLICIT);
    int rows = 0;
    int peak = 0;
    try (InferenceSession session = model.openSession(Engine.OBSERVED)) {
      KvCache cache = session.kvCache().orElseThrow();
      while (session.position() < 200) {
        int move = random.nextInt(10);
        if (move < 7 || session.position() < 5) {
          int count = move == 0 ? 1 + random.nextInt(30) : 1;
          int[] tokens = Engine.tokens(random.nextLong(), count, VOCABULARY);
          var result = session.step(tokens, 0, count, Outputs.LAST);
          agreement.row(expected.step(tokens), Engine.logits(result, 0));
          rows++;
        } else if (move < 9) {
          int layer = random.nextInt(cache.layers());
          int[] kept =
              IntStream.range(0, cache.length(layer))
                  .filter(e -> random.nextInt(8) > 0 || cache.length(layer) < 4)
                  .toArray();
          cache.retain(layer, kept, kept.length);
          expected.retain(layer, kept);
        } else {
          int position = Math.max(peak - DRAFT, session.position() - random.nextInt(5));
          session.rewind(position);
          expected.rewind(position);
        }
        peak = Math.max(peak, session.position());
        Oracle.sameAttention(expected, session);
      }
      Oracle.sameEntries(expected, cache);
    }
    agreement.done(rows);
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.edgevlm.spi.inference.ContextFullException;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A refused call leaves the session as it was. */
class RefusalTest {

  private static final int VOCABULARY = 400;
  private final int[] tokens = Engine.tokens(50, 250, VOCABULARY);
  private EngineModel model;
  private InferenceSession session;
  private InferenceSession twin;

  @BeforeEach
  void open() {
    model = Engine.open(Engine.plainFile());
    session = model.openSession(Engine.OBSERVED);
    twin = model.openSession(Engine.OBSERVED);
    session.step(tokens, 0, 20, Outputs.LAST);
    twin.step(tokens, 0, 20, Outputs.LAST);
  }

  @AfterEach
  void close() {
    session.close();
    twin.close();
    model.close();
  }

  private <T extends Throwable> T refused(Class<T> type, Executable call) {
    T refusal = assertThrows(type, call);
    assertEquals(20, session.position());
    assertEquals(20, session.kvCache().orElseThrow().length(1));
    assertEquals(twin.kvBytes(), session.kvBytes());
    return refusal;
  }

  private void goesOnLikeItsTwin() {
    float[] expected = new float[21];
    float[] actual = new float[21];
    assertArrayEquals(Engine.step(twin, 9), Engine.step(session, 9));
    twin.kvCache().orElseThrow().recentAttention(2, expected);
    session.kvCache().orElseThrow().recentAttention(2, actual);
    assertArrayEquals(expected, actual);
    twin.kvCache().orElseThrow().accumulatedAttention(2, expected);
    session.kvCache().orElseThrow().accumulatedAttention(2, actual);
    assertArrayEquals(expected, actual);
  }

  @Test
  void tokensOutsideTheVocabulary() {
    for (int bad : new int[] {-1, VOCABULARY, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      refused(
          IllegalArgumentException.class, () -> session.step(new int[] {bad}, 0, 1, Outputs.LAST));
      refused(
          IllegalArgumentException.class,
          () -> session.step(new int[] {5, 6, bad}, 0, 3, Outputs.ALL));
    }
    goesOnLikeItsTwin();
  }

  @Test
  void noTokens() {
    refused(IllegalArgumentException.class, () -> session.step(tokens, 3, 0, Outputs.LAST));
    refused(IllegalArgumentException.class, () -> session.step(new int[0], 0, 0, Outputs.LAST));
    goesOnLikeItsTwin();
  }

  @Test
  void offsetsOutsideTheArray() {
    int[][] bad = {{-1, 2}, {0, -1}, {249, 2}, {251, 1}, {0, 251}, {Integer.MAX_VALUE, 2}};
    for (int[] range : bad) {
      refused(
          IndexOutOfBoundsException.class,
          () -> session.step(tokens, range[0], range[1], Outputs.LAST));
    }
    goesOnLikeItsTwin();
  }

  @Test
  void moreThanTheContextHolds() {
    String message =
        refused(ContextFullException.class, () -> session.step(tokens, 0, 237, Outputs.LAST))
            .getMessage();
    assertTrue(
        message.contains("237") && message.contains("20") && message.contains("256"), message);
    refused(
        ContextFullException.class,
        () -> session.step(ImageEmbedding.allocate(237, 64), Outputs.LAST));
    goesOnLikeItsTwin();
  }

  @Test
  void oneTokenBeyondAFullContext() {
    session.step(tokens, 0, 236, Outputs.LAST);
    assertThrows(ContextFullException.class, () -> session.step(tokens, 0, 1, Outputs.LAST));
    assertEquals(256, session.position());
    session.rewind(20);
    assertArrayEquals(Engine.step(twin, 9), Engine.step(session, 9));
  }

  @Test
  void imagesOfAnotherWidth() {
    for (int width : new int[] {63, 65, 128, 1}) {
      refused(
          IllegalArgumentException.class,
          () -> session.step(ImageEmbedding.allocate(2, width), Outputs.LAST));
    }
    goesOnLikeItsTwin();
  }

  @Test
  void nulls() {
    refused(NullPointerException.class, () -> session.step(null, 0, 1, Outputs.LAST));
    refused(NullPointerException.class, () -> session.step(tokens, 0, 1, null));
    refused(NullPointerException.class, () -> session.step(tokens, 0, 9, null));
    refused(NullPointerException.class, () -> session.step(null, Outputs.LAST));
    refused(NullPointerException.class, () -> session.step(ImageEmbedding.allocate(2, 64), null));
    goesOnLikeItsTwin();
  }

  @Test
  void noOptions() {
    assertThrows(NullPointerException.class, () -> model.openSession(null));
  }
}

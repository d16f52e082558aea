package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.edgevlm.spi.inference.ContextFullException;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.StepResult;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Feeding tokens and reading logits. */
abstract class StepRules extends BackendRules {

  StepRules(BackendFixture fixture) {
    super(fixture);
  }

  @Test
  @DisplayName("A step in pieces gives the logits of one step")
  void piecesEqualOneStep() {
    int[] tokens = backend().tokens(12, 1);
    float[] whole = backend().last(tokens);
    for (int cut : new int[] {1, 5, 11}) {
      try (InferenceSession session = backend().session()) {
        session.step(tokens, 0, cut, Outputs.NONE);
        StepResult result = session.step(tokens, cut, tokens.length - cut, Outputs.LAST);
        backend().assertSame(whole, result, 0, "fed in pieces of " + cut + " and the rest");
      }
    }
  }

  @Test
  @DisplayName("Outputs.ALL gives each position the logits that feeding up to it gives")
  void everyRowBelongsToItsPosition() {
    int[] tokens = backend().tokens(6, 2);
    float[][] all = backend().logits(tokens);
    for (int i = 0; i < tokens.length; i++) {
      Logits.assertSame(
          backend().last(Arrays.copyOf(tokens, i + 1)),
          all[i],
          backend().tolerance(),
          "row " + i + " of all");
    }
  }

  @Test
  @DisplayName("NONE, LAST and ALL give 0 rows, 1 row and a row for each position")
  void outputsChooseTheRows() {
    int[] tokens = backend().tokens(7, 3);
    try (InferenceSession session = backend().session()) {
      assertEquals(0, session.step(tokens, 0, 3, Outputs.NONE).rows(), "rows of NONE");
      assertEquals(1, session.step(tokens, 3, 2, Outputs.LAST).rows(), "rows of LAST");
      assertEquals(2, session.step(tokens, 5, 2, Outputs.ALL).rows(), "rows of ALL");
      assertEquals(0, session.step(tokens, 0, 1, Outputs.NONE).rows(), "rows of NONE after ALL");
      assertEquals(1, session.step(tokens, 0, 1, Outputs.ALL).rows(), "rows of ALL of one");
    }
  }

  @Test
  @DisplayName("A row that isn't there is refused")
  void rowsThatAreNotThereAreRefused() {
    int[] tokens = backend().tokens(3, 4);
    try (InferenceSession session = backend().session()) {
      StepResult result = session.step(tokens, 0, 3, Outputs.ALL);
      assertThrows(RuntimeException.class, () -> result.logits(3));
      assertThrows(RuntimeException.class, () -> result.logits(-1));
      StepResult none = session.step(tokens, 0, 1, Outputs.NONE);
      assertThrows(RuntimeException.class, () -> none.logits(0));
    }
  }

  @Test
  @DisplayName("Each step of a session returns the same object")
  void theResultIsOneObject() {
    int[] tokens = backend().tokens(3, 5);
    try (InferenceSession session = backend().session()) {
      StepResult first = session.step(tokens, 0, 1, Outputs.LAST);
      assertSame(first, session.step(tokens, 1, 1, Outputs.ALL));
      assertSame(first, session.step(tokens, 2, 1, Outputs.NONE));
    }
  }

  @Test
  @DisplayName("Logits are read-only, finite, and one for each token of the vocabulary")
  void logitsAreReadOnlyAndFinite() {
    int[] tokens = backend().tokens(4, 6);
    int vocabulary = backend().model().info().vocabularySize();
    try (InferenceSession session = backend().session()) {
      StepResult result = session.step(tokens, 0, 4, Outputs.ALL);
      assertEquals(vocabulary, result.vocabularySize(), "vocabularySize of the result");
      for (int row = 0; row < 4; row++) {
        FloatBuffer logits = result.logits(row);
        assertTrue(logits.isReadOnly(), "logits are read-only");
        assertEquals(0, logits.position(), "the buffer's position");
        assertEquals(vocabulary, logits.limit(), "the buffer's limit");
        for (int i = 0; i < vocabulary; i++) {
          assertTrue(Float.isFinite(logits.get(i)), "the logit of token " + i + " is finite");
        }
      }
    }
  }

  @Test
  @DisplayName("argmax is the highest logit's token, the lowest id of several")
  void argmaxIsTheLowestOfTheHighest() {
    int[] tokens = backend().tokens(16, 7);
    try (InferenceSession session = backend().session()) {
      StepResult result = session.step(tokens, 0, tokens.length, Outputs.ALL);
      for (int row = 0; row < tokens.length; row++) {
        float[] logits = Logits.copy(result, row);
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
          best = logits[i] > logits[best] ? i : best;
        }
        assertEquals(best, result.argmax(row), "argmax of row " + row);
      }
    }
  }

  @Test
  @DisplayName("Without early exit all layers make a row")
  void allLayersAreUsed() {
    int[] tokens = backend().tokens(5, 8);
    try (InferenceSession session = backend().session()) {
      StepResult result = session.step(tokens, 0, 4, Outputs.ALL);
      for (int row = 0; row < 4; row++) {
        assertEquals(backend().model().info().layers(), result.layersUsed(row), "layersUsed");
      }
      assertEquals(
          backend().model().info().layers(),
          session.step(tokens, 4, 1, Outputs.LAST).layersUsed(0),
          "layersUsed of a step of one token");
    }
  }

  @Test
  @DisplayName("position counts what was fed; capacity is the model's context length")
  void positionCountsWhatWasFed() {
    int[] tokens = backend().tokens(9, 9);
    try (InferenceSession session = backend().session()) {
      assertEquals(0, session.position(), "a new session's position");
      assertEquals(backend().model().info().contextLength(), session.capacity(), "capacity");
      session.step(tokens, 0, 4, Outputs.NONE);
      assertEquals(4, session.position(), "the position after 4 tokens");
      session.step(tokens, 4, 5, Outputs.ALL);
      assertEquals(9, session.position(), "the position after 9 tokens");
    }
  }

  @Test
  @DisplayName("offset and count choose the tokens, and the array isn't kept")
  void tokensAreTakenFromTheirPlaceAndNotKept() {
    int[] tokens = backend().tokens(8, 10);
    float[] expected = backend().last(tokens);
    int[] padded = new int[20];
    Arrays.fill(padded, tokens[0]);
    try (InferenceSession session = backend().session()) {
      System.arraycopy(tokens, 0, padded, 7, 6);
      session.step(padded, 7, 6, Outputs.NONE);
      Arrays.fill(padded, tokens[0]);
      backend()
          .assertSame(expected, session.step(tokens, 6, 2, Outputs.LAST), 0, "after an offset");
    }
  }

  @Test
  @DisplayName("A session takes exactly as many positions as its capacity says")
  void theContextCanBeFilled() {
    try (InferenceSession session = backend().session()) {
      int[] tokens = backend().tokens(session.capacity(), 11);
      session.step(tokens, 0, tokens.length - 1, Outputs.NONE);
      session.step(tokens, tokens.length - 1, 1, Outputs.LAST);
      assertEquals(session.capacity(), session.position(), "the position of a full session");
    }
  }

  @Test
  @DisplayName("A step beyond the capacity is a ContextFullException and leaves the session alone")
  void aStepBeyondTheContextIsRefused() {
    int[] tokens = backend().tokens(backend().model().info().contextLength() + 1, 12);
    float[] expected = backend().last(tokens[0], tokens[1], tokens[2], tokens[3]);
    try (InferenceSession session = backend().session()) {
      session.step(tokens, 0, 3, Outputs.NONE);
      int room = session.capacity() - 3;
      assertThrows(
          ContextFullException.class, () -> session.step(tokens, 0, room + 1, Outputs.LAST));
      assertEquals(3, session.position(), "the position after a refused step");
      backend()
          .assertSame(expected, session.step(tokens, 3, 1, Outputs.LAST), 0, "after a refusal");
      session.step(tokens, 0, room - 1, Outputs.NONE);
      assertThrows(ContextFullException.class, () -> session.step(tokens, 0, 1, Outputs.LAST));
    }
  }

  @Test
  @DisplayName("A step with wrong arguments is refused and leaves the session as it was")
  void aRefusedStepLeavesTheSession() {
    int[] tokens = backend().tokens(5, 13);
    int vocabulary = backend().model().info().vocabularySize();
    int[] tooHigh = {tokens[2], vocabulary};
    int[] negative = {tokens[2], -1};
    float[] expected = backend().last(tokens);
    try (InferenceSession session = backend().session()) {
      session.step(tokens, 0, 4, Outputs.NONE);
      List<Executable> wrong =
          List.of(
              () -> session.step(tooHigh, 0, 2, Outputs.LAST),
              () -> session.step(negative, 0, 2, Outputs.LAST),
              () -> session.step(tokens, 0, 0, Outputs.LAST),
              () -> session.step(tokens, 0, -1, Outputs.LAST),
              () -> session.step(tokens, 4, 2, Outputs.LAST),
              () -> session.step(tokens, -1, 2, Outputs.LAST),
              () -> session.step(tokens, Integer.MAX_VALUE, 2, Outputs.LAST),
              () -> session.step(null, 0, 1, Outputs.LAST),
              () -> session.step(tokens, 0, 1, null));
      for (Executable step : wrong) {
        assertThrows(RuntimeException.class, step, "a step with wrong arguments");
        assertEquals(4, session.position(), "the position after a refused step");
      }
      backend().assertSame(expected, session.step(tokens, 4, 1, Outputs.LAST), 0, "after refusals");
    }
  }
}

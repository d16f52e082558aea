package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionStep;
import org.edgevlm.spi.inference.StepInput;
import org.edgevlm.spi.inference.StepResult;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Sessions beside each other, in time, in threads, and back in time. */
abstract class SessionRules extends BackendRules {

  private static final int THREADS = 3;

  SessionRules(BackendFixture fixture) {
    super(fixture);
  }

  @Test
  @DisplayName("Sessions of one model don't see each other")
  void sessionsAreIndependent() {
    int[] one = backend().tokens(6, 21);
    int[] other = backend().tokens(6, 22);
    float[] expectedOne = backend().last(one);
    float[] expectedOther = backend().last(other);
    try (InferenceSession a = backend().session();
        InferenceSession b = backend().session()) {
      StepResult resultA = null;
      StepResult resultB = null;
      for (int i = 0; i < 6; i++) {
        resultA = a.step(one, i, 1, Outputs.LAST);
        resultB = b.step(other, i, 1, Outputs.LAST);
      }
      backend().assertSame(expectedOne, resultA, 0, "one of two sessions, read after the other");
      backend().assertSame(expectedOther, resultB, 0, "the other of two sessions");
    }
  }

  @Test
  @DisplayName("The same tokens give the same logits in a new session, to the last bit")
  void steppingIsRepeatable() {
    int[] tokens = backend().tokens(10, 23);
    Logits.assertSame(backend().last(tokens), backend().last(tokens), 0, "a second time");
  }

  @Test
  @DisplayName("A step of several sessions gives what one step after the other gives")
  void stepsOfSeveralSessionsEqualSingleSteps() {
    int[] one = backend().tokens(5, 24);
    int[] other = backend().tokens(3, 25);
    float[] expectedOne = backend().last(one);
    float[] expectedOther = backend().last(other);
    try (InferenceSession a = backend().session();
        InferenceSession b = backend().session()) {
      List<StepResult> results =
          backend()
              .model()
              .step(
                  List.of(
                      new SessionStep(a, new StepInput.Tokens(one, 0, 5), Outputs.LAST),
                      new SessionStep(b, new StepInput.Tokens(other, 0, 3), Outputs.LAST)));
      assertEquals(2, results.size(), "results of a step of two sessions");
      backend().assertSame(expectedOne, results.get(0), 0, "the first session's result");
      backend().assertSame(expectedOther, results.get(1), 0, "the second session's result");
      assertEquals(5, a.position(), "the first session's position");
      assertEquals(3, b.position(), "the second session's position");
    }
  }

  @Test
  @DisplayName("Sessions of one model work in several threads at a time")
  void sessionsWorkInSeveralThreads() throws Exception {
    List<int[]> prompts = new ArrayList<>();
    List<float[]> expected = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      prompts.add(backend().tokens(8, 30 + i));
      expected.add(backend().last(prompts.get(i)));
    }
    List<float[]> answers = Threads.all(THREADS, prompts.stream().map(this::inPieces).toList());
    for (int i = 0; i < THREADS; i++) {
      Logits.assertSame(expected.get(i), answers.get(i), backend().tolerance(), "in thread " + i);
    }
  }

  private Callable<float[]> inPieces(int[] prompt) {
    return () -> {
      float[] last = null;
      for (int round = 0; round < 4; round++) {
        try (InferenceSession session = backend().session()) {
          for (int token : prompt) {
            last = Logits.copy(session.step(new int[] {token}, 0, 1, Outputs.LAST), 0);
          }
        }
      }
      return last;
    };
  }

  @Test
  @DisplayName("A session may go on in another thread")
  void aSessionMayWander() throws Exception {
    int[] tokens = backend().tokens(6, 33);
    float[] expected = backend().last(tokens);
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try (InferenceSession session = backend().session()) {
      session.step(tokens, 0, 2, Outputs.NONE);
      pool.submit(() -> session.step(tokens, 2, 2, Outputs.NONE)).get();
      backend().assertSame(expected, session.step(tokens, 4, 2, Outputs.LAST), 0, "back again");
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  @DisplayName("After a rewind a session goes on as one that was never fed the rest")
  void rewindForgets() {
    backend().assumeHas(Capability.REWIND);
    int[] tokens = backend().tokens(8, 34);
    int[] wrong = backend().tokens(6, 35);
    float[] expected = backend().last(tokens);
    try (InferenceSession session = backend().session()) {
      session.step(tokens, 0, 5, Outputs.NONE);
      session.step(wrong, 0, 6, Outputs.ALL);
      session.rewind(5);
      assertEquals(5, session.position(), "the position after rewind(5)");
      backend()
          .assertSame(expected, session.step(tokens, 5, 3, Outputs.LAST), 0, "after rewind(5)");
      session.rewind(0);
      assertEquals(0, session.position(), "the position after rewind(0)");
      backend()
          .assertSame(expected, session.step(tokens, 0, 8, Outputs.LAST), 0, "after rewind(0)");
    }
  }

  @Test
  @DisplayName("A rewind to where the session is changes nothing")
  void rewindToTheEndChangesNothing() {
    backend().assumeHas(Capability.REWIND);
    int[] tokens = backend().tokens(5, 36);
    float[] expected = backend().last(tokens);
    try (InferenceSession session = backend().session()) {
      session.rewind(0);
      session.step(tokens, 0, 4, Outputs.NONE);
      session.rewind(4);
      assertEquals(4, session.position(), "the position after rewind(4)");
      backend()
          .assertSame(expected, session.step(tokens, 4, 1, Outputs.LAST), 0, "after rewind(4)");
    }
  }

  @Test
  @DisplayName("A rewind to a position that isn't there is refused and leaves the session")
  void rewindRefusesOtherPositions() {
    backend().assumeHas(Capability.REWIND);
    int[] tokens = backend().tokens(5, 37);
    float[] expected = backend().last(tokens);
    try (InferenceSession session = backend().session()) {
      session.step(tokens, 0, 4, Outputs.NONE);
      for (int position : new int[] {-1, 5, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
        assertThrows(
            RuntimeException.class, () -> session.rewind(position), "rewind(" + position + ")");
        assertEquals(4, session.position(), "the position after a refused rewind");
      }
      backend().assertSame(expected, session.step(tokens, 4, 1, Outputs.LAST), 0, "after refusals");
    }
  }

  @Test
  @DisplayName("Without REWIND, rewind is a PluginException")
  void rewindIsRefusedWithoutTheCapability() {
    backend().assumeLacks(Capability.REWIND);
    try (InferenceSession session = backend().session()) {
      session.step(backend().tokens(2, 38), 0, 2, Outputs.NONE);
      assertThrows(PluginException.class, () -> session.rewind(1));
    }
  }

  @Test
  @DisplayName("kvBytes is what a session holds: it grows with use and never beyond the estimate")
  void kvBytesAreTold() {
    try (InferenceSession session = backend().session()) {
      long before = session.kvBytes();
      int[] tokens = backend().tokens(session.capacity(), 39);
      session.step(tokens, 0, tokens.length, Outputs.NONE);
      long full = session.kvBytes();
      assertTrue(before >= 0 && full >= before, "kvBytes " + before + ", then " + full);
      assertTrue(full > 0, "a full session holds something");
      long estimated = backend().backend().estimate(backend().files()).kvCache();
      assertTrue(
          full <= estimated,
          "a full session holds " + full + " bytes of KV, the estimate says " + estimated);
    }
  }
}

package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.reference.ReferenceBackendProvider;
import org.edgevlm.reference.ReferenceEncoderProvider;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.ImageEncoderProvider;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.VisionProcessor;
import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.edgevlm.testkit.asserting.AssertingPlugins;
import org.edgevlm.testkit.asserting.Promise;
import org.edgevlm.testkit.asserting.Violations;
import org.edgevlm.testkit.intercept.Interception;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/** Each promise that the decorators watch over, broken by a plugin or by its user. */
class AssertingTest {

  private static final int[] TOKENS = {1, 2, 3, 4};

  private AssertingPlugins watch;

  @BeforeEach
  void watch() {
    watch = new AssertingPlugins(Violations.collected());
  }

  private TestSet open(InferenceBackendProvider backend) {
    return TestSet.with(watch.over(backend)).open();
  }

  private void assertBroken(Promise promise) {
    assertFalse(watch.violations().of(promise).isEmpty(), promise + " isn't noted");
  }

  @Test
  void useAfterCloseIsNoted() {
    try (TestSet set = open(new ReferenceBackendProvider())) {
      InferenceSession session = set.model().openSession(SessionOptions.DEFAULT);
      session.close();
      assertThrows(IllegalStateException.class, () -> session.step(TOKENS, 0, 1, Outputs.LAST));
    }
    assertBroken(Promise.NOTHING_IS_USED_AFTER_CLOSE);
  }

  @Test
  void childrenThatAreLeftOpenAreNoted() {
    TestSet set = open(new ReferenceBackendProvider());
    set.model().openSession(SessionOptions.DEFAULT);
    assertThrows(IllegalStateException.class, set::close);
    assertBroken(Promise.CHILDREN_ARE_CLOSED_FIRST);
    assertEquals(List.of("session"), watch.open());
  }

  @Test
  void aSecondCloseThatFailsIsNoted() {
    InferenceBackendProvider once =
        Interception.of(
            new ReferenceBackendProvider(), WrongBackends.closesOnce(InferenceSession.class));
    try (TestSet set = open(once)) {
      set.model().openSession(SessionOptions.DEFAULT).close();
    }
    assertBroken(Promise.CLOSE_IS_IDEMPOTENT);
  }

  @Test
  void aSessionInTwoThreadsIsNoted() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    InferenceBackendProvider slow =
        Interception.of(
            new ReferenceBackendProvider(),
            call -> {
              if (call.is(InferenceSession.class, "rewind")) {
                inside.countDown();
                done.await();
              }
              return call.proceed();
            });
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try (TestSet set = open(slow);
        InferenceSession session = set.model().openSession(SessionOptions.DEFAULT)) {
      Future<?> other = pool.submit(() -> session.rewind(0));
      inside.await();
      session.position();
      done.countDown();
      other.get();
    } finally {
      pool.shutdownNow();
    }
    assertBroken(Promise.ONE_THREAD_AT_A_TIME);
  }

  @Test
  void resultsThatDoNotFitAreNoted() {
    InferenceBackendProvider rows =
        Interception.of(
            new ReferenceBackendProvider(),
            call -> call.is(StepResult.class, "rows") ? 5 : call.proceed());
    try (TestSet set = open(rows);
        InferenceSession session = set.model().openSession(SessionOptions.DEFAULT)) {
      session.step(TOKENS, 0, 1, Outputs.LAST);
    }
    assertBroken(Promise.RESULTS_FIT_THE_REQUEST);
  }

  @Test
  void pictureTensorsAndEmbeddingsThatDoNotFitAreNoted() {
    VisionProcessorProvider small =
        Interception.of(
            new BmpVisionProvider(),
            call ->
                call.is(VisionProcessor.class, "process")
                    ? ImageTensor.allocate(1, 3, 1, 1)
                    : call.proceed());
    try (TestSet set = TestSet.with(watch.over(small)).open()) {
      assertThrows(RuntimeException.class, () -> set.answer("What?"));
    }
    assertBroken(Promise.RESULTS_FIT_THE_REQUEST);
    watch();
    ImageEncoderProvider none =
        Interception.of(
            new ReferenceEncoderProvider(),
            call -> call.is(ImageEncoder.class, "encode") ? List.of() : call.proceed());
    try (TestSet set = TestSet.with(watch.over(none)).open()) {
      assertThrows(RuntimeException.class, () -> set.answer("What?"));
    }
    assertBroken(Promise.RESULTS_FIT_THE_REQUEST);
  }

  @Test
  void positionsThatDoNotAddUpAreNoted() {
    InferenceBackendProvider stuck =
        Interception.of(
            new ReferenceBackendProvider(),
            call -> call.is(InferenceSession.class, "position") ? 0 : call.proceed());
    try (TestSet set = open(stuck);
        InferenceSession session = set.model().openSession(SessionOptions.DEFAULT)) {
      session.step(TOKENS, 0, 1, Outputs.LAST);
    }
    assertBroken(Promise.POSITIONS_ADD_UP);
  }

  @Test
  void staleResultsAreNoted() {
    try (TestSet set = open(new ReferenceBackendProvider());
        InferenceSession session = set.model().openSession(SessionOptions.DEFAULT)) {
      StepResult result = session.step(TOKENS, 0, 1, Outputs.LAST);
      session.rewind(0);
      result.argmax(0);
    }
    assertBroken(Promise.RESULTS_ARE_NOT_STALE);
  }

  @Test
  void whatIsThrownNamesThePromise() {
    watch = new AssertingPlugins(Violations.thrown());
    try (TestSet set = open(new ReferenceBackendProvider())) {
      LanguageModel model = set.model();
      InferenceSession session = model.openSession(SessionOptions.DEFAULT);
      session.close();
      AssertionFailedError e = assertThrows(AssertionFailedError.class, session::position);
      assertTrue(
          e.getMessage().startsWith("NOTHING_IS_USED_AFTER_CLOSE: session.position"),
          e.getMessage());
    }
  }
}

package org.edgevlm.app.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.edgevlm.app.SteadyDecodingProvider;
import org.edgevlm.app.StuckDecodingProvider;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.edgevlm.spi.decoding.FinishReason;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.GrammarException;
import org.edgevlm.spi.vision.ImageException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The queue before a real pipeline of the reference plugins; "steady" takes 10 ms a token. */
@Timeout(60)
class AnswerQueueTest {

  private static final Duration LONG = Duration.ofSeconds(50);
  private static final ByteBuffer PICTURE = BmpVisionProvider.bmp(9, 5, 0xff0000, 0x0000ff);

  @TempDir Path folder;
  private ReferenceHome home;

  @BeforeEach
  void writeModels() throws Exception {
    home = new ReferenceHome(folder);
  }

  private interface Use {
    void of(AnswerQueue queue, EdgeVlm edgeVlm) throws Exception;
  }

  private static ServerSettings settings(
      int waiting, Duration deadline, Duration stuck, Duration stop) {
    return new ServerSettings(
        waiting, 32, 1 << 20, LONG, deadline, stuck, stop, List.of(), List.of(), false);
  }

  private void use(String strategy, ServerSettings settings, Use use) throws Exception {
    Readiness readiness = new Readiness();
    try (EdgeVlm edgeVlm = home.open("decoding", strategy);
        AnswerQueue queue = new AnswerQueue(readiness, settings)) {
      assertProblem(Problem.LOADING, () -> queue.submit(caption(3)));
      readiness.ready(edgeVlm);
      use.of(queue, edgeVlm);
    }
  }

  private static AnswerRequest caption(int tokens) {
    return AnswerRequest.caption(PICTURE, tokens);
  }

  private static void assertProblem(Problem problem, Runnable action) {
    ProblemException error = assertThrows(ProblemException.class, action::run);
    assertEquals(problem, error.problem());
  }

  /** Waits until the one request that was sent is being answered. */
  private static void awaitTurn(AnswerQueue queue) throws InterruptedException {
    while (!queue.busy()) {
      Thread.sleep(1);
    }
  }

  @Test
  void piecesAreTheTextAndTheAnswerIsThatOfARequestAlone() throws Exception {
    use(
        "autoregressive",
        settings(4, LONG, LONG, LONG),
        (queue, edgeVlm) -> {
          Answer alone = edgeVlm.answer(caption(20), event -> {}, () -> false);
          StringBuilder pieces = new StringBuilder();
          try (RunningAnswer answer = queue.submit(caption(20))) {
            for (Optional<String> piece = answer.nextText();
                piece.isPresent();
                piece = answer.nextText()) {
              assertFalse(piece.get().isEmpty());
              pieces.append(piece.get());
            }
            assertEquals(alone.text(), answer.answer().text());
            assertEquals(alone.text(), pieces.toString().strip());
          }
        });
  }

  @Test
  void firstComeFirstServedAndTheQueueIsBounded() throws Exception {
    use(
        "steady",
        settings(3, LONG, LONG, LONG),
        (queue, edgeVlm) -> {
          List<RunningAnswer> all = new ArrayList<>();
          all.add(queue.submit(caption(40)));
          awaitTurn(queue);
          for (int i = 1; i <= 3; i++) {
            all.add(queue.submit(caption(5)));
            assertEquals(i, all.get(i).ahead());
          }
          assertEquals(3, queue.waiting());
          assertProblem(Problem.BUSY, () -> queue.submit(caption(5)));
          // Nobody reads the first ones: the last is made all the same, and after them.
          assertEquals(5, all.get(3).answer().tokens());
          for (RunningAnswer answer : all) {
            assertTrue(answer.await(Duration.ZERO));
            assertEquals(0, answer.ahead());
          }
          assertEquals(40, all.get(0).answer().tokens());
        });
  }

  @Test
  void whoGivesUpLeavesHisPlaceAtOnceAndTheModelWithinAToken() throws Exception {
    use(
        "steady",
        settings(2, LONG, LONG, LONG),
        (queue, edgeVlm) -> {
          RunningAnswer first = queue.submit(caption(200));
          awaitTurn(queue);
          RunningAnswer second = queue.submit(caption(200));
          RunningAnswer third = queue.submit(caption(3));
          second.close();
          assertEquals(1, queue.waiting());
          assertThrows(CancellationException.class, second::answer);
          first.nextText();
          first.close();
          long tokens = SteadyDecodingProvider.tokens();
          assertEquals(3, third.answer().tokens());
          // One that was under way, and its own three.
          long more = SteadyDecodingProvider.tokens() - tokens;
          assertTrue(more <= 5, () -> more + " tokens were made");
          assertThrows(CancellationException.class, first::answer);
          assertEquals(1, edgeVlm.metrics().counters().get("cancelled"));
        });
  }

  @Test
  void theDeadlineEndsWhatRunsAndWhatWaits() throws Exception {
    Duration deadline = Duration.ofMillis(400);
    use(
        "steady",
        settings(4, deadline, LONG, LONG),
        (queue, edgeVlm) -> {
          RunningAnswer running = queue.submit(caption(200));
          RunningAnswer waiting = queue.submit(caption(200));
          long start = System.nanoTime();
          assertProblem(Problem.DEADLINE_EXCEEDED, waiting::answer);
          assertProblem(Problem.DEADLINE_EXCEEDED, running::answer);
          long millis = (System.nanoTime() - start) / 1_000_000;
          assertTrue(millis < 2000, () -> millis + " ms");
          assertEquals(3, queue.submit(caption(3)).answer().tokens());
        });
  }

  @Test
  void whatFailsIsItsReadersAndNobodyElses() throws Exception {
    use(
        "autoregressive",
        settings(4, LONG, LONG, LONG),
        (queue, edgeVlm) -> {
          RunningAnswer bad =
              queue.submit(caption(5).withGrammar(new Grammar(Grammar.Kind.GBNF, "nonsense")));
          RunningAnswer good = queue.submit(caption(5));
          assertThrows(GrammarException.class, bad::answer);
          assertThrows(GrammarException.class, bad::nextText);
          assertEquals(FinishReason.LENGTH, good.answer().finishReason());
          // Known from the header: takes no place.
          ByteBuffer text = ByteBuffer.wrap("no picture".getBytes());
          AnswerRequest broken =
              new AnswerRequest(text, Optional.empty(), 5, SamplingParameters.GREEDY);
          assertThrows(ImageException.class, () -> queue.submit(broken));
        });
  }

  @Test
  void theSamePictureIsEncodedOnce() throws Exception {
    use(
        "autoregressive",
        settings(4, LONG, LONG, LONG),
        (queue, edgeVlm) -> {
          Answer first = queue.submit(caption(5)).answer();
          Answer again = queue.submit(caption(5)).answer();
          assertEquals(first.text(), again.text());
          assertEquals(null, first.counters().get("image_cache_hits"));
          assertEquals(1, again.counters().get("image_cache_hits"));
          Answer fresh = queue.submitFresh(caption(5)).answer();
          assertEquals(null, fresh.counters().get("image_cache_hits"));
          assertEquals(1, edgeVlm.clearImages());
          assertEquals(null, queue.submit(caption(5)).answer().counters().get("image_cache_hits"));
        });
  }

  @Test
  void stoppingFinishesWhatIsThereAndTakesNothingNew() throws Exception {
    use(
        "steady",
        settings(4, LONG, LONG, LONG),
        (queue, edgeVlm) -> {
          RunningAnswer running = queue.submit(caption(20));
          RunningAnswer waiting = queue.submit(caption(5));
          assertTrue(queue.stop());
          assertEquals(20, running.answer().tokens());
          assertEquals(5, waiting.answer().tokens());
          assertProblem(Problem.STOPPING, () -> queue.submit(caption(5)));
        });
  }

  @Test
  void stoppingEndsWhatTakesTooLong() throws Exception {
    use(
        "steady",
        settings(4, LONG, LONG, Duration.ofMillis(200)),
        (queue, edgeVlm) -> {
          RunningAnswer running = queue.submit(caption(200));
          RunningAnswer waiting = queue.submit(caption(200));
          awaitTurn(queue);
          long start = System.nanoTime();
          assertTrue(queue.stop(), "the model is at rest after the token at hand");
          assertTrue(System.nanoTime() - start < 1_500_000_000L);
          assertProblem(Problem.STOPPING, running::answer);
          assertProblem(Problem.STOPPING, waiting::answer);
        });
  }

  @Test
  void aWorkerThatHangsIsReplacedAndTwoAreTheEnd() throws Exception {
    Duration patience = Duration.ofMillis(300);
    use(
        "stuck",
        settings(4, LONG, patience, Duration.ofMillis(100)),
        (queue, edgeVlm) -> {
          RunningAnswer hanging = queue.submit(caption(1));
          RunningAnswer next = queue.submit(caption(4));
          assertProblem(Problem.STUCK, hanging::answer);
          assertEquals("aaaa", next.answer().text());
          assertEquals(1, queue.stuckWorkers());
          assertTrue(queue.alive());
          RunningAnswer again = queue.submit(caption(1));
          RunningAnswer waiting = queue.submit(caption(4));
          assertProblem(Problem.STUCK, again::answer);
          assertProblem(Problem.STUCK, waiting::answer);
          assertFalse(queue.alive());
          assertProblem(Problem.STUCK, () -> queue.submit(caption(4)));
          assertNotEquals(true, queue.stop(), "the model must not be freed under a step");
          // So that it can be here.
          StuckDecodingProvider.letGo(2);
        });
  }
}

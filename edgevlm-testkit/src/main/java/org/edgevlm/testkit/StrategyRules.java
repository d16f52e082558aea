package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.spi.decoding.FinishReason;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.testkit.asserting.Promise;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Answers of a whole set, decoded by the strategy under test. */
abstract class StrategyRules {

  private static final int QUESTIONS = 8;

  private final StrategyFixture fixture;

  StrategyRules(StrategyFixture fixture) {
    this.fixture = Objects.requireNonNull(fixture, "fixture");
  }

  private static AnswerRequest question(int number, int tokens) {
    return AnswerRequest.question(TestSet.picture(), "Question " + number, tokens);
  }

  private static AnswerRequest sampled(int number, long seed) {
    return new AnswerRequest(
        TestSet.picture(),
        Optional.of("Question " + number),
        40,
        new SamplingParameters(1.5, 0, 1, 0, 1.1, seed));
  }

  /** Asks all there is to ask, whatever becomes of it, and looks at one promise. */
  private void assertKept(Promise promise) {
    assertEquals(List.of(), fixture.asked(StrategyRules::askAround).of(promise), "" + promise);
  }

  private static void askAround(TestSet set) {
    for (int i = 0; i < QUESTIONS; i++) {
      for (int tokens : new int[] {1, 2, 3, 5, 40}) {
        quietly(() -> set.answer(question(0, tokens)));
      }
      int number = i;
      quietly(() -> set.answer(sampled(number, number)));
      AtomicInteger asked = new AtomicInteger();
      int after = 8 + i;
      CancelToken cancel = () -> asked.incrementAndGet() > after;
      quietly(() -> set.vlm().answer(question(number, 40), TokenListener.NONE, cancel));
    }
  }

  private static void quietly(Runnable request) {
    try {
      request.run();
    } catch (EdgeVlmException | IllegalStateException e) {
      // What this test looks at is noted by the decorators; other tests look at errors.
      assertTrue(e.getMessage() != null, "an error has a message");
    }
  }

  @Test
  @DisplayName("It needs sessions that step")
  void itNeedsSteps() {
    assertTrue(
        fixture.provider().requires().contains(Capability.TOKEN_STEPPING),
        "requires() names TOKEN_STEPPING");
  }

  @Test
  @DisplayName("It emits tokens of the vocabulary, made by layers of the model")
  void tokensAreInTheVocabulary() {
    assertKept(Promise.TOKENS_ARE_IN_THE_VOCABULARY);
  }

  @Test
  @DisplayName("It goes on until emit says stop, and no further")
  void emitDecidesTheEnd() {
    assertKept(Promise.EMIT_DECIDES_THE_END);
  }

  @Test
  @DisplayName(
      "On return the session holds the prompt and what was emitted, the last may be missing")
  void theSessionHoldsTheAnswer() {
    assertKept(Promise.THE_SESSION_HOLDS_THE_ANSWER);
  }

  @Test
  @DisplayName("It closes the samplers that it copied")
  void samplerCopiesAreClosed() {
    assertKept(Promise.SAMPLER_COPIES_ARE_CLOSED);
  }

  @Test
  @DisplayName("It neither closes what it was lent nor remembers emitted tokens itself")
  void lentThingsAreLeftAlone() {
    assertKept(Promise.LENT_THINGS_ARE_LEFT_ALONE);
  }

  @Test
  @DisplayName("It reads logits before the session's next call")
  void resultsAreNotStale() {
    assertKept(Promise.RESULTS_ARE_NOT_STALE);
  }

  @Test
  @DisplayName("Its sessions are closed after each answer, also after one that is cancelled")
  void sessionsAreClosedAfterEachAnswer() {
    fixture.asked(StrategyRules::askAround);
    List<String> open = fixture.leftOpen();
    assertFalse(open.stream().anyMatch("session"::equals), "open after all answers: " + open);
  }

  @Test
  @DisplayName("Greedy answers are those of the built-in strategy")
  void greedyAnswersAreTheModels() {
    assumeFalse(fixture.lacks(StrategyBehavior.LOSSLESS), "it isn't lossless");
    try (TestSet own = fixture.open();
        TestSet plain = fixture.openBuiltIn()) {
      for (int i = 0; i < QUESTIONS; i++) {
        for (int tokens : new int[] {1, 4, 50}) {
          Answer expected = plain.answer(question(i, tokens));
          Answer actual = own.answer(question(i, tokens));
          assertEquals(expected.text(), actual.text(), "the answer to question " + i);
          assertEquals(expected.tokens(), actual.tokens(), "tokens of the answer");
          assertEquals(expected.finishReason(), actual.finishReason(), "the end of the answer");
        }
      }
    }
  }

  @Test
  @DisplayName("The same seed gives the same answer, and greedy answers are the same at any time")
  void answersAreRepeatable() {
    assumeFalse(fixture.lacks(StrategyBehavior.REPEATABLE), "it isn't repeatable");
    try (TestSet set = fixture.open()) {
      List<String> first = new ArrayList<>();
      for (int i = 0; i < QUESTIONS; i++) {
        first.add(set.answer(sampled(i, i)).text());
      }
      for (int i = QUESTIONS - 1; i >= 0; i--) {
        assertEquals(first.get(i), set.answer(sampled(i, i)).text(), "seed " + i + " again");
      }
      assertTrue(first.stream().distinct().count() > 1, "all seeds give one answer: " + first);
    }
  }

  @Test
  @DisplayName("Requests in several threads don't see each other")
  void requestsDoNotSeeEachOther() throws Exception {
    try (TestSet set = fixture.open()) {
      List<String> expected =
          IntStream.range(0, QUESTIONS).mapToObj(i -> set.answer(question(i, 30)).text()).toList();
      List<Callable<String>> tasks =
          IntStream.range(0, 3 * QUESTIONS)
              .<Callable<String>>mapToObj(i -> () -> set.answer(question(i % QUESTIONS, 30)).text())
              .toList();
      List<String> all = Threads.all(4, tasks);
      for (int i = 0; i < all.size(); i++) {
        assertEquals(expected.get(i % QUESTIONS), all.get(i), "in another thread");
      }
    }
  }

  @Test
  @DisplayName("Cancelled between tokens, an answer ends with the tokens it has")
  void cancellingEndsAnAnswer() {
    try (TestSet set = fixture.open()) {
      AtomicInteger heard = new AtomicInteger();
      Answer answer =
          set.vlm()
              .answer(question(0, 40), event -> heard.incrementAndGet(), () -> heard.get() >= 5);
      assertEquals(FinishReason.CANCELLED, answer.finishReason(), "the end of the answer");
      assertEquals(5, answer.tokens(), "tokens of the answer");
    }
  }

  @Test
  @DisplayName("A grammar holds")
  void aGrammarHolds() {
    try (TestSet set = fixture.open()) {
      for (int i = 0; i < QUESTIONS; i++) {
        AnswerRequest request =
            sampled(i, i).withGrammar(new Grammar(Grammar.Kind.GBNF, "root ::= \"yes\" | \"no\""));
        String answer = set.answer(request).text();
        assertTrue(answer.equals("yes") || answer.equals("no"), "the answer '" + answer + "'");
      }
    }
  }

  @Test
  @DisplayName("It can be closed twice, and closes the models that it opened")
  void closingFreesItsModels() {
    List<String> open = fixture.leftOpenAfterClose();
    assertEquals(List.of(), open, "open after the set was closed");
    TestSet second = fixture.open();
    DecodingStrategy closed = second.made(DecodingStrategy.class);
    assertDoesNotThrow(second::close, "closing the set");
    assertDoesNotThrow(closed::close, "another close");
  }

  /** The strategy under test. */
  DecodingStrategyProvider provider() {
    return fixture.provider();
  }
}

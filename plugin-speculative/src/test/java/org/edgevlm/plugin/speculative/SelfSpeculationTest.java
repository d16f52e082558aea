package org.edgevlm.plugin.speculative;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.edgevlm.reference.HeavyHitterPolicyProvider;
import org.edgevlm.reference.ReferenceBackendProvider;
import org.edgevlm.reference.WindowPolicyProvider;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.decoding.FinishReason;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.ModelInfo;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.testkit.TestSet;
import org.edgevlm.testkit.intercept.Interception;
import org.edgevlm.testkit.intercept.Interceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole answers of a small plain-Java model of two layers, the first of which drafts. */
class SelfSpeculationTest {

  private static final int QUESTIONS = 12;
  private static final int LAYERS = 2;

  private static TestSet.Builder self(PluginProvider... further) {
    List<PluginProvider> plugins = new ArrayList<>(List.of(further));
    plugins.add(new SelfSpeculativeProvider());
    return TestSet.with(plugins.toArray(PluginProvider[]::new))
        .set("self-speculative.adaptive", "false")
        .set("self-speculative.confidence", "0");
  }

  private static AnswerRequest request(int number, boolean sampled) {
    SamplingParameters sampling =
        sampled ? new SamplingParameters(0.9, 0, 0.95, 0, 1.2, number) : SamplingParameters.GREEDY;
    return new AnswerRequest(TestSet.picture(), Optional.of("Question " + number), 60, sampling);
  }

  private static List<String> answers(TestSet set, boolean sampled) {
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < QUESTIONS; i++) {
      answers.add(set.answer(request(i, sampled)).text());
    }
    return answers;
  }

  /** The small model's first layer knows all that the second does; here it errs now and then. */
  private static Interceptor blur() {
    return call -> {
      Object result = call.proceed();
      boolean exited =
          call.is(InferenceSession.class, "step")
              && result instanceof StepResult step
              && step.rows() == 1
              && step.layersUsed(0) == 1;
      return exited ? new Noisy((StepResult) result, 0.1f) : result;
    };
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theTextIsThatOfPlainDecoding(boolean sampled) {
    try (TestSet plain = TestSet.with().open();
        TestSet set = self(Interception.of(new ReferenceBackendProvider(), blur())).open();
        TestSet adaptive = self().set("self-speculative.adaptive", "true").open()) {
      List<String> expected = answers(plain, sampled);
      assertEquals(expected, answers(set, sampled));
      assertEquals(expected, answers(adaptive, sampled));
      Map<String, Long> counters = set.vlm().metrics().counters();
      assertTrue(counters.get("accepted") > 0, counters.toString());
      assertTrue(counters.get("accepted") < counters.get("drafted"), counters.toString());
    }
  }

  @Test
  void layersAreCountedOnceForEachTokenThatWasFed() {
    try (TestSet set = self().open()) {
      boolean ended = false;
      for (int i = 0; i < QUESTIONS; i++) {
        Answer answer = set.answer(request(i, false));
        Map<String, Long> counters = answer.counters();
        long plain = counters.get("plain_steps");
        long verified = counters.get("drafted") + counters.get("verify_steps");
        assertEquals(counters.get("exits"), counters.get("exits_at_1"));
        assertEquals(counters.get("exits"), counters.get("draft_layers"));
        assertEquals(verified, counters.get("exits"), "each drafted token, and the one before");
        assertEquals(verified, counters.get("verify_layers"), "the second layer of each");
        assertEquals(LAYERS * (plain + verified), counters.get("layers"));
        // The choice behind an accepted draft may be the end, which no draft contains.
        int ends = answer.finishReason() == FinishReason.STOP ? 1 : 0;
        ended |= ends == 1;
        assertEquals(
            answer.tokens() + ends,
            1 + counters.get("accepted") + counters.get("verify_steps") + plain);
      }
      assertTrue(ended, "an answer ended by itself");
    }
  }

  @Test
  void draftsStopWhereTheExitIsUnsure() {
    long last = Long.MAX_VALUE;
    for (String confidence : List.of("0", "0.03", "1")) {
      try (TestSet set = self().set("self-speculative.confidence", confidence).open()) {
        answers(set, false);
        long drafted = set.vlm().metrics().counters().get("drafted");
        assertTrue(drafted < last, confidence + ": " + drafted + " of " + last);
        last = drafted;
      }
    }
  }

  @Test
  void aDraftThatWasCutIsVerifiedAsFarAsItGoes() {
    int[] tokens = "a prompt and what follows".chars().toArray();
    DraftGate gate = new DraftGate();
    SessionOptions options =
        new SessionOptions(AttentionTracking.NONE, Optional.of(new EarlyExit(List.of(1), gate)));
    try (TestSet set = TestSet.with().open();
        InferenceSession plain = set.model().openSession(SessionOptions.DEFAULT);
        InferenceSession session = set.model().openSession(options)) {
      ExitVerification verification = new ExitVerification(gate, 1);
      plain.step(tokens, 0, 8, Outputs.NONE);
      session.step(tokens, 0, 8, Outputs.NONE);
      verification.draft(session, tokens, 8, 5);
      StepResult verified = verification.verify(session, 8, tokens, 8, 3);
      assertEquals(11, session.position());
      for (int row = 0; row < 3; row++) {
        assertEquals(LAYERS, verified.layersUsed(row));
        StepResult single = plain.step(tokens, 8 + row, 1, Outputs.LAST);
        assertEquals(single.logits(0), verified.logits(row), "row " + row);
      }
    }
  }

  @Test
  void evictionBetweenTokensThrowsAwayWhatWasChosenBefore() {
    try (TestSet set =
        self(new WindowPolicyProvider(), new HeavyHitterPolicyProvider())
            .set("reference-window.budget", "20")
            .open()) {
      long stale = 0;
      for (int i = 0; i < QUESTIONS; i++) {
        Answer answer = set.answer(request(i, i % 2 == 1));
        assertTrue(answer.counters().get("evicted_entries") > 0);
        stale += answer.counters().getOrDefault("stale_tokens", 0L);
      }
      assertTrue(stale > 0);
    }
  }

  @Test
  void aPolicyThatActsAfterThePrefillOnlyLeavesTheTextAlone() {
    try (TestSet plain =
            TestSet.with(new WindowPolicyProvider()).set("reference-window.budget", "200").open();
        TestSet set =
            self(new WindowPolicyProvider()).set("reference-window.budget", "200").open()) {
      assertEquals(answers(plain, false), answers(set, false));
    }
  }

  @Test
  void draftsShrinkWhereTheContextEnds() {
    for (int context = 30; context < 44; context++) {
      String length = Integer.toString(context);
      try (TestSet plain = TestSet.with().set("reference.context_length", length).open();
          TestSet set = self().set("reference.context_length", length).open()) {
        Answer expected = plain.answer(request(3, false));
        Answer actual = set.answer(request(3, false));
        assertEquals(expected.text(), actual.text());
        assertEquals(expected.finishReason(), actual.finishReason());
        assertEquals(expected.tokens(), actual.tokens());
      }
    }
  }

  @Test
  void answersThatAreCancelledAmongAcceptedTokensEndThere() {
    try (TestSet plain = TestSet.with().open();
        TestSet set = self().open()) {
      for (int cut = 1; cut <= 9; cut++) {
        List<Integer> expected = cancelled(plain, cut);
        assertEquals(cut, expected.size());
        assertEquals(expected, cancelled(set, cut));
      }
      assertEquals(
          plain.answer(request(0, false)).text(), set.answer(request(0, false)).text(), "later");
    }
  }

  private static List<Integer> cancelled(TestSet set, int after) {
    List<Integer> tokens = new ArrayList<>();
    AtomicInteger left = new AtomicInteger(after);
    Answer answer =
        set.vlm()
            .answer(
                request(0, false),
                event -> {
                  tokens.add(event.token());
                  left.decrementAndGet();
                },
                () -> left.get() <= 0);
    assertEquals(FinishReason.CANCELLED, answer.finishReason());
    return tokens;
  }

  @Test
  void backendsWithoutExitsAreRefused() {
    Set<Capability> without = EnumSet.complementOf(EnumSet.of(Capability.EARLY_EXIT));
    without.retainAll(new ReferenceBackendProvider().capabilities());
    ReferenceBackendProvider poor =
        new ReferenceBackendProvider("poor", without, new ArrayList<>());
    PluginException refusal = assertThrows(PluginException.class, () -> self(poor).open().close());
    assertTrue(refusal.getMessage().contains("EARLY_EXIT"), refusal.getMessage());
  }

  @Test
  void layersAreNumbersOrPartsOfTheDepth() {
    ModelInfo trained = info(List.of(4, 6, 12));
    ModelInfo untrained = info(List.of());
    assertEquals(4, DraftLayer.of("auto", trained));
    assertEquals(4, DraftLayer.of("auto", untrained));
    assertEquals(8, DraftLayer.of("8", trained));
    assertEquals(3, DraftLayer.of("1/4", trained));
    assertEquals(6, DraftLayer.of("0.5", trained));
    for (String wrong : List.of("12", "0", "-1", "13", "four", "2.5", "1/0", "1/x", "")) {
      PluginException refusal =
          assertThrows(PluginException.class, () -> DraftLayer.of(wrong, trained), wrong);
      assertTrue(refusal.getMessage().contains("'" + wrong + "'"), refusal.getMessage());
    }
  }

  private static ModelInfo info(List<Integer> exits) {
    return new ModelInfo("m", "llama", 12, 8, 1, 1, 8, 100, 64, 1, exits, Map.of());
  }
}

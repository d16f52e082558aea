package org.edgevlm.plugin.speculative;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.reference.HeavyHitterPolicyProvider;
import org.edgevlm.reference.ReferenceBackendProvider;
import org.edgevlm.reference.WindowPolicyProvider;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.decoding.FinishReason;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.testkit.TestSet;
import org.edgevlm.testkit.intercept.Interception;
import org.edgevlm.testkit.intercept.Interceptor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole answers of a small plain-Java model, drafted for by another of the same vocabulary. */
class AnswersTest {

  private static final int QUESTIONS = 12;

  @TempDir Path folder;

  private Path draft;

  @BeforeEach
  void writeDraft() throws IOException {
    draft = Files.writeString(folder.resolve("draft.gguf"), "width=8\nseed=5\n");
  }

  private TestSet.Builder speculative(PluginProvider... further) {
    List<PluginProvider> plugins = new ArrayList<>(List.of(further));
    plugins.add(new SpeculativeProvider());
    return TestSet.with(plugins.toArray(PluginProvider[]::new))
        .set("speculative.draft_model", draft.toString())
        .set("speculative.adaptive", "false");
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

  private static List<String> plain(boolean sampled) {
    try (TestSet set = TestSet.with().open()) {
      return answers(set, sampled);
    }
  }

  @Test
  void sampledTextIsThatOfPlainDecodingWithTheSameSeed() {
    try (TestSet set = speculative().open();
        TestSet lookup =
            TestSet.with(new PromptLookupProvider())
                .set("prompt-lookup.adaptive", "false")
                .open()) {
      List<String> expected = plain(true);
      assertEquals(expected, answers(set, true));
      assertEquals(expected, answers(lookup, true));
      assertEquals(expected, answers(lookup, true), "with all of them known by now");
    }
  }

  @Test
  void countersAddUp() {
    try (TestSet set =
        speculative()
            .set("speculative.draft_model", "reference")
            .set("speculative.draft_image", "never")
            .open()) {
      Map<String, Long> sums = new HashMap<>();
      for (int i = 0; i < QUESTIONS; i++) {
        Answer answer = set.answer(request(i, false));
        Map<String, Long> counters = answer.counters();
        counters.forEach((name, value) -> sums.merge(name, value, Long::sum));
        int ends = answer.finishReason() == FinishReason.STOP ? 1 : 0;
        // The first token is the prompt's.
        long emitted =
            1
                + counters.get("accepted")
                + counters.get("verify_steps")
                + counters.get("plain_steps");
        assertEquals(answer.tokens() + ends, emitted, answer.toString());
        assertEquals(1, counters.get("blind_drafts"), "a draft that is fed no picture says so");
      }
      assertTrue(sums.get("drafted") > sums.get("accepted"), sums.toString());
      assertTrue(sums.get("accepted") > 0, sums.toString());
      Map<String, Long> metrics = set.vlm().metrics().counters();
      for (String name : List.of("drafted", "accepted", "verify_steps", "draft_micros")) {
        assertEquals(sums.get(name), metrics.get(name), name);
      }
    }
  }

  @Test
  void earlierAnswersAreLookedUp() {
    try (TestSet set =
        TestSet.with(new PromptLookupProvider()).set("prompt-lookup.adaptive", "false").open()) {
      set.answer(request(0, false));
      Answer again = set.answer(request(0, false));
      assertEquals(again.counters().get("drafted"), again.counters().get("accepted"));
      assertTrue(again.counters().get("verify_steps") <= again.tokens() / 6);
    }
    try (TestSet set =
        TestSet.with(new PromptLookupProvider())
            .set("prompt-lookup.adaptive", "false")
            .set("prompt-lookup.recent_answers", "0")
            .open()) {
      Answer first = set.answer(request(0, false));
      Answer again = set.answer(request(0, false));
      assertEquals(first.counters().get("drafted"), again.counters().get("drafted"));
    }
  }

  @Test
  void whereItDoesNotPayItSwitchesItselfOffAndSaysSo() {
    // Two rows cost a plain-Java model as much as two steps, so nothing can be won.
    try (TestSet set = speculative().set("speculative.adaptive", "true").open()) {
      for (int i = 0; i < QUESTIONS; i++) {
        Answer answer = set.answer(request(i, false));
        if (i > QUESTIONS / 2) {
          assertEquals(0, answer.counters().get("drafted"), answer.counters().toString());
          assertEquals(1, answer.counters().get("speculation_off"));
        }
      }
    }
  }

  @Test
  void evictionBetweenTokensThrowsAwayWhatWasChosenBefore() {
    try (TestSet set =
        speculative(new WindowPolicyProvider(), new HeavyHitterPolicyProvider())
            .set("speculative.draft_model", "reference")
            .set("reference-window.budget", "20")
            .open()) {
      long stale = 0;
      for (int i = 0; i < QUESTIONS; i++) {
        Answer answer = set.answer(request(i, i % 2 == 1));
        assertTrue(answer.counters().get("evicted_entries") > 0);
        stale += answer.counters().getOrDefault("stale_tokens", 0L);
        // 20 and 10 entries of two layers, each of 16 floats for K and V, and what was fed since.
        assertTrue(answer.counters().get("kv_bytes") <= (30 + 2 * 7) * 2 * 16 * Float.BYTES);
      }
      assertTrue(stale > 0);
    }
  }

  @Test
  void aPolicyThatActsAfterThePrefillOnlyLeavesTheTextAlone() {
    // The window is as long as prompt and answer can become: nothing is dropped after the prefill.
    List<String> expected;
    try (TestSet set =
        TestSet.with(new WindowPolicyProvider()).set("reference-window.budget", "200").open()) {
      expected = answers(set, false);
    }
    try (TestSet set =
        speculative(new WindowPolicyProvider()).set("reference-window.budget", "200").open()) {
      assertEquals(expected, answers(set, false));
    }
  }

  @Test
  void draftsShrinkWhereTheContextEnds() {
    for (int context = 30; context < 44; context++) {
      String length = Integer.toString(context);
      try (TestSet plain = TestSet.with().set("reference.context_length", length).open();
          TestSet set = speculative().set("reference.context_length", length).open()) {
        Answer expected = plain.answer(request(3, false));
        Answer actual = set.answer(request(3, false));
        assertEquals(expected.text(), actual.text());
        assertEquals(expected.finishReason(), actual.finishReason());
      }
    }
  }

  @Test
  void aDifferenceBetweenOneRowAndSeveralDoesNotChangeTheText() {
    Interceptor noise =
        call -> {
          Object result = call.proceed();
          boolean several =
              call.is(InferenceSession.class, "step")
                  && call.arguments() == 4
                  && call.argument(2, Integer.class) > 1
                  && call.argument(2, Integer.class) < 8;
          return several ? new Noisy((StepResult) result, 1 / 64f) : result;
        };
    try (TestSet set =
        speculative(Interception.of(new ReferenceBackendProvider(), noise))
            .set("speculative.draft_model", "reference")
            .open()) {
      assertEquals(plain(false), answers(set, false));
      assertTrue(set.vlm().metrics().counters().get("repeated_rows") > 0);
      assertTrue(set.vlm().metrics().counters().get("accepted") > 0);
    }
  }

  @Test
  void aDraftThatSeesTheTargetsEmbeddingAgreesAndABlindOneLess() throws IOException {
    Path same = Files.writeString(folder.resolve("same.gguf"), "width=16\nseed=18\n");
    long seeing = accepted(same, "embedding");
    long blind = accepted(same, "never");
    assertEquals(accepted(same, "auto"), seeing, "auto is embedding where the width is the same");
    assertNotEquals(seeing, blind);
    assertTrue(seeing > blind, seeing + " and " + blind);
  }

  @Test
  void aDraftOfAnotherWidthSeesWithItsOwnEncoder() throws IOException {
    Files.writeString(folder.resolve("draft-mmproj.gguf"), "width=8\nseed=9\n");
    try (TestSet set =
        speculative(new org.edgevlm.reference.ReferenceEncoderProvider())
            .set("speculative.draft_image", "encoder")
            .open()) {
      Answer answer = set.answer(request(0, false));
      assertTrue(!answer.counters().containsKey("blind_drafts"), answer.counters().toString());
    }
  }

  private long accepted(Path model, String image) {
    try (TestSet set =
        speculative()
            .set("speculative.draft_model", model.toString())
            .set("speculative.draft_image", image)
            .open()) {
      answers(set, false);
      return set.vlm().metrics().counters().get("accepted");
    }
  }

  @Test
  void theDraftBesideTheModelIsTakenWhereNoneIsNamed() throws IOException {
    Path model = Files.writeString(folder.resolve("m.gguf"), "width=16\nseed=18\n");
    assertRefused(
        speculative().model(model).set("speculative.draft_model", ""), "<its name>-draft.gguf");
    Files.writeString(folder.resolve("m-draft.gguf"), "width=16\nseed=18\n");
    try (TestSet opened = speculative().model(model).set("speculative.draft_model", "").open()) {
      answers(opened, false);
      assertTrue(opened.vlm().metrics().counters().get("accepted") > 0);
    }
  }

  @Test
  void whatCannotBeIsRefusedAtAssembly() {
    assertRefused(speculative().set("speculative.draft_model", ""), "prompt-lookup");
    assertRefused(speculative().set("speculative.draft_image", "embedding"), "width 8");
    assertRefused(speculative().set("speculative.draft_image", "encoder"), "projector");
    assertRefused(speculative().set("speculative.draft_model", "nobody"), "nobody");
  }

  private static void assertRefused(TestSet.Builder set, String reason) {
    EdgeVlmException refusal =
        assertThrows(
            EdgeVlmException.class,
            () -> {
              try (TestSet opened = set.open()) {
                opened.answer("What is there?");
              }
            });
    assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
  }

  @Test
  void anotherVocabularyIsRefused() {
    Vocabulary own = new Vocabulary(List.of("a", "b", "</s>"), 2, 0);
    VocabularyMatch.require(own, new Vocabulary(List.of("a", "b", "</s>"), 2, 0), "it");
    assertMismatch(own, new Vocabulary(List.of("a", "b", "c", "</s>"), 2, 0), "4 tokens");
    assertMismatch(own, new Vocabulary(List.of("a", "x", "</s>"), 2, 0), "token 1 is 'x'");
    assertMismatch(own, new Vocabulary(List.of("a", "b", "</s>"), 1, 0), "ends an answer");
    assertMismatch(own, new Vocabulary(List.of("a", "b", "</s>"), 2, 1), "begin with token 1");
  }

  private static void assertMismatch(Vocabulary own, Vocabulary other, String difference) {
    PluginException refusal =
        assertThrows(PluginException.class, () -> VocabularyMatch.require(own, other, "it"));
    assertTrue(refusal.getMessage().contains(difference), refusal.getMessage());
  }
}

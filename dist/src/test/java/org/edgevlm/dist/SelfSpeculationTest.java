package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.LayerMemory;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.decoding.FinishReason;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.LoadProgress;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lossless early exit on the engine: the default model's fourth layer drafts for all twelve. */
class SelfSpeculationTest {

  private static final int SCENES = 20;
  private static final int TOKENS = 48;
  private static final int LAYERS = 12;
  private static final List<String> QUESTIONS =
      List.of("How many objects are there?", "What is at the top left of the image?");

  private static PluginRegistry plugins;

  @BeforeAll
  static void discover() {
    plugins = PluginRegistry.discover(List.of(Program.DISTRIBUTION.resolve("plugins")));
  }

  @AfterAll
  static void forget() {
    plugins = null;
  }

  private static EdgeVlm open(String... keysAndValues) {
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      all.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    all.put("vision", "opencv");
    all.putIfAbsent("backend", "llamacpp-bytedeco");
    // Threads that wait for each other crawl where other tests take the cores.
    all.put("llamacpp-bytedeco.threads", "1");
    return EdgeVlm.open(
        Configuration.load(Optional.empty(), Map.of(), all, plugins),
        plugins,
        Program.DISTRIBUTION,
        LoadProgress.NONE);
  }

  private static EdgeVlm drafting(String... keysAndValues) {
    List<String> all = new ArrayList<>(List.of(keysAndValues));
    all.addAll(List.of("decoding", "self-speculative", "self-speculative.adaptive", "false"));
    return open(all.toArray(String[]::new));
  }

  private static AnswerRequest request(int scene, Optional<String> question, boolean sampled)
      throws IOException {
    ByteBuffer picture = ByteBuffer.wrap(Files.readAllBytes(Pictures.scene(scene)));
    SamplingParameters sampling =
        sampled ? new SamplingParameters(1, 0, 0.95, 0, 1.1, scene) : SamplingParameters.GREEDY;
    return new AnswerRequest(picture, question, TOKENS, sampling);
  }

  private static Answer answer(EdgeVlm vlm, AnswerRequest request) {
    return vlm.answer(request, TokenListener.NONE, CancelToken.NEVER);
  }

  private static void assertSameTexts(EdgeVlm expected, EdgeVlm actual, int scenes, boolean sampled)
      throws IOException {
    for (int scene = 0; scene < scenes; scene++) {
      List<Optional<String>> asked = new ArrayList<>(List.of(Optional.empty()));
      QUESTIONS.forEach(question -> asked.add(Optional.of(question)));
      for (Optional<String> question : asked) {
        AnswerRequest request = request(scene, question, sampled);
        Answer own = answer(actual, request);
        assertEquals(answer(expected, request).text(), own.text(), own.toString());
      }
    }
  }

  @Test
  void captionsAndAnswersAreThoseOfPlainDecoding() throws IOException {
    try (EdgeVlm plain = open();
        EdgeVlm vlm = drafting();
        EdgeVlm adaptive = open("decoding", "self-speculative")) {
      assertSameTexts(plain, vlm, SCENES, false);
      assertSameTexts(plain, adaptive, 4, false);
      Map<String, Long> counters = vlm.metrics().counters();
      double accepted = (double) counters.get("accepted") / counters.get("drafted");
      System.out.printf(
          "self-speculation: %d drafted, %.1f %% accepted, %.2f tokens a round%n",
          counters.get("drafted"),
          100 * accepted,
          1 + (double) counters.get("accepted") / counters.get("verify_steps"));
      assertTrue(accepted > 0.9, "a layer that was trained to be read out: " + counters);
      assertTrue(counters.get("verify_steps") < counters.get("accepted"), counters.toString());
      assertNull(counters.get("repeated_rows"), "no row was too near to call");
      // Each token went once through each layer, whether it was drafted or not.
      long fed = counters.get("exits") + counters.get("plain_steps");
      assertEquals(LAYERS * fed, counters.get("layers"));
      assertEquals(4 * counters.get("exits_at_4"), counters.get("draft_layers"));
      assertEquals(8 * counters.get("exits_at_4"), counters.get("verify_layers"));
    }
  }

  @Test
  void sampledTextIsThatOfTheSameSeed() throws IOException {
    try (EdgeVlm plain = open();
        EdgeVlm vlm = drafting("self-speculative.confidence", "0")) {
      assertSameTexts(plain, vlm, 8, true);
      Map<String, Long> counters = vlm.metrics().counters();
      assertTrue(counters.get("accepted") < counters.get("drafted"), counters.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gear", "pyramid", "snapkv", "[pyramid, gear]"})
  void draftsAreMadeOverReducedCachesAndLeaveThemAsLarge(String cache) throws IOException {
    try (EdgeVlm without = open("cache", cache);
        EdgeVlm vlm = drafting("cache", cache)) {
      for (int scene = 0; scene < 6; scene++) {
        AnswerRequest request = request(scene, Optional.empty(), false);
        Answer plain = answer(without, request);
        Answer own = answer(vlm, request);
        assertTrue(own.counters().get("evicted_entries") > 0, own.toString());
        assertTrue(own.tokens() > 3, own.toString());
        // The first token is the prompt's, whose cache was reduced in both.
        assertEquals(plain.text().substring(0, 1), own.text().substring(0, 1));
        if (plain.text().equals(own.text())) {
          // Policies share out whole pages, and the last round's tokens haven't been reviewed.
          long pages = plain.layers().stream().mapToLong(LayerMemory::bytes).min().orElseThrow();
          for (int layer = 0; layer < LAYERS; layer++) {
            long more = own.layers().get(layer).bytes() - plain.layers().get(layer).bytes();
            assertTrue(more <= pages / 2, own + " against " + plain);
          }
        }
      }
      Map<String, Long> counters = vlm.metrics().counters();
      assertTrue(counters.get("accepted") > 0, counters.toString());
    }
  }

  @Test
  void evictionBetweenTheTokensOfADraftThrowsAwayTheRest() throws IOException {
    // A token at a time, so that hardly a draft gets through.
    try (EdgeVlm vlm = drafting("cache", "gear", "gear.every", "1", "gear.budget_tokens", "20")) {
      long stale = 0;
      for (int scene = 0; scene < 6; scene++) {
        Answer answer = answer(vlm, request(scene, Optional.empty(), false));
        stale += answer.counters().getOrDefault("stale_tokens", 0L);
        assertTrue(answer.counters().get("evicted_entries") > 0, answer.toString());
        assertTrue(answer.tokens() > 3, answer.toString());
      }
      assertTrue(stale > 0, vlm.metrics().counters().toString());
    }
  }

  @Test
  void draftsShrinkWhereTheContextEnds() throws IOException {
    AnswerRequest request = request(1, Optional.empty(), false);
    int prompt;
    try (EdgeVlm plain = open()) {
      prompt = answer(plain, request).promptTokens();
    }
    for (int room = 0; room < 10; room++) {
      String length = Integer.toString(prompt + room);
      try (EdgeVlm plain = open("llamacpp-bytedeco.context_length", length);
          EdgeVlm vlm = drafting("llamacpp-bytedeco.context_length", length)) {
        assertEquals(outcome(plain, request), outcome(vlm, request), "room for " + room);
      }
    }
  }

  private static String outcome(EdgeVlm vlm, AnswerRequest request) {
    try {
      Answer answer = answer(vlm, request);
      return answer.finishReason() + " " + answer.tokens() + " " + answer.text();
    } catch (EdgeVlmException e) {
      return e.getMessage();
    }
  }

  @Test
  void answersThatAreCancelledInTheMiddleOfADraftEndThere() throws IOException {
    AnswerRequest request = request(2, Optional.empty(), false);
    try (EdgeVlm plain = open();
        EdgeVlm vlm = drafting()) {
      for (int cut = 1; cut <= 10; cut++) {
        assertEquals(cancelled(plain, request, cut), cancelled(vlm, request, cut));
      }
      assertEquals(answer(plain, request).text(), answer(vlm, request).text(), "the next one");
    }
  }

  private static List<Integer> cancelled(EdgeVlm vlm, AnswerRequest request, int after) {
    List<Integer> tokens = new ArrayList<>();
    AtomicInteger left = new AtomicInteger(after);
    Answer answer =
        vlm.answer(
            request,
            event -> {
              tokens.add(event.token());
              left.decrementAndGet();
            },
            () -> left.get() <= 0);
    assertEquals(FinishReason.CANCELLED, answer.finishReason());
    assertEquals(after, tokens.size());
    return tokens;
  }

  @Test
  void backendsWithoutExitsAreRefusedOrDoneWithout() throws IOException {
    String[] settings = {"decoding", "self-speculative", "backend", "llamacpp-jni"};
    PluginException refusal = assertThrows(PluginException.class, () -> open(settings).close());
    assertTrue(refusal.getMessage().contains("EARLY_EXIT"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("llamacpp-bytedeco"), refusal.getMessage());
    try (EdgeVlm vlm =
        open("decoding", "self-speculative", "backend", "llamacpp-jni", "degrade", "true")) {
      Answer answer = answer(vlm, request(0, Optional.empty(), false));
      assertEquals("autoregressive", answer.plugins().decoding());
      assertEquals(1, answer.warnings().size(), answer.toString());
    }
  }
}

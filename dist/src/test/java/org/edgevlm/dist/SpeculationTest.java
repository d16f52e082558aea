package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.ImageEncoderProvider;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Speculation on the engine with the default model and the draft that lies beside it. */
class SpeculationTest {

  private static final int SCENES = 6;
  private static final int TOKENS = 48;
  private static final List<String> QUESTIONS =
      List.of("How many objects are there?", "What is at the top left of the image?");

  private static final List<String> STRATEGIES =
      List.of("autoregressive", "speculative", "prompt-lookup", "self-speculative");

  private static PluginRegistry plugins;
  private static EdgeVlm plain;

  @BeforeAll
  static void open() {
    PluginRegistry installed =
        PluginRegistry.discover(List.of(Program.DISTRIBUTION.resolve("plugins")));
    List<PluginProvider> all = new ArrayList<>();
    all.add(installed.find(VisionProcessorProvider.class, "opencv"));
    all.add(installed.find(InferenceBackendProvider.class, "llamacpp-bytedeco"));
    all.add(installed.find(ImageEncoderProvider.class, "llamacpp-bytedeco"));
    for (String strategy : STRATEGIES) {
      all.add(installed.find(DecodingStrategyProvider.class, strategy));
    }
    all.add(new TightPolicyProvider());
    plugins = PluginRegistry.of(all);
    plain = open(Map.of());
  }

  @AfterAll
  static void close() {
    plain.close();
  }

  private static EdgeVlm open(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("vision", "opencv");
    all.put("backend", "llamacpp-bytedeco");
    // Threads that wait for each other crawl where other tests take the cores.
    all.put("llamacpp-bytedeco.threads", "1");
    return EdgeVlm.open(
        Configuration.load(Optional.empty(), Map.of(), all, plugins),
        plugins,
        Program.DISTRIBUTION,
        LoadProgress.NONE);
  }

  private static EdgeVlm speculative(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("decoding", "speculative");
    return open(all);
  }

  private static EdgeVlm lookup() {
    return open(Map.of("decoding", "prompt-lookup", "prompt-lookup.adaptive", "false"));
  }

  private static List<AnswerRequest> requests(boolean sampled) throws IOException {
    List<AnswerRequest> requests = new ArrayList<>();
    for (int i = 0; i < SCENES; i++) {
      ByteBuffer picture = ByteBuffer.wrap(Files.readAllBytes(Pictures.scene(i)));
      SamplingParameters sampling =
          sampled ? new SamplingParameters(1, 0, 0.95, 0, 1.1, i) : SamplingParameters.GREEDY;
      requests.add(new AnswerRequest(picture, Optional.empty(), TOKENS, sampling));
      for (String question : QUESTIONS) {
        requests.add(new AnswerRequest(picture, Optional.of(question), TOKENS, sampling));
      }
    }
    return requests;
  }

  private static Answer answer(EdgeVlm vlm, AnswerRequest request) {
    return vlm.answer(request, TokenListener.NONE, CancelToken.NEVER);
  }

  private static void assertSameTexts(EdgeVlm expected, EdgeVlm actual, boolean sampled)
      throws IOException {
    for (AnswerRequest request : requests(sampled)) {
      assertEquals(answer(expected, request).text(), answer(actual, request).text());
    }
    Map<String, Long> counters = actual.metrics().counters();
    assertTrue(counters.get("accepted") > 0, counters.toString());
    assertTrue(counters.get("verify_steps") < counters.get("accepted"), counters.toString());
  }

  @Test
  void aDraftModelLeavesTheTextAsItIs() throws IOException {
    try (EdgeVlm vlm = speculative(Map.of("speculative.adaptive", "false"))) {
      assertSameTexts(plain, vlm, false);
      Map<String, Long> counters = vlm.metrics().counters();
      double accepted = (double) counters.get("accepted") / counters.get("drafted");
      assertTrue(accepted > 0.75, "it was taught to say what the model says: " + accepted);
    }
  }

  @Test
  void sampledTextIsThatOfTheSameSeed() throws IOException {
    try (EdgeVlm vlm = speculative(Map.of("speculative.adaptive", "false"))) {
      assertSameTexts(plain, vlm, true);
    }
  }

  @Test
  void lookUpLeavesTheTextAsItIs() throws IOException {
    try (EdgeVlm vlm = lookup()) {
      for (AnswerRequest request : requests(false)) {
        assertEquals(answer(plain, request).text(), answer(vlm, request).text());
      }
      assertTrue(vlm.metrics().counters().get("accepted") > 0);
    }
  }

  @Test
  void longDraftsLeaveTheTextAsItIs() throws IOException {
    Map<String, String> many =
        Map.of("speculative.adaptive", "false", "speculative.draft_tokens", "15");
    try (EdgeVlm vlm = speculative(many)) {
      assertSameTexts(plain, vlm, false);
      Map<String, Long> counters = vlm.metrics().counters();
      assertEquals(null, counters.get("repeated_rows"), "no row was too near to call");
    }
  }

  @Test
  void aPolicyThatActsAfterThePrefillLeavesTheTextAsItIs() throws IOException {
    Map<String, String> policy = Map.of("cache", "tight", "tight.phase", "prefill");
    Map<String, String> both = new HashMap<>(policy);
    both.put("speculative.adaptive", "false");
    try (EdgeVlm without = open(policy);
        EdgeVlm vlm = speculative(both)) {
      assertSameTexts(without, vlm, false);
      assertTrue(vlm.metrics().counters().get("evicted_entries") > 0);
    }
  }

  @Test
  void anExitDraftsOverACacheThatWasReducedAfterThePrefill() throws IOException {
    Map<String, String> policy = Map.of("cache", "tight", "tight.phase", "prefill");
    Map<String, String> both = new HashMap<>(policy);
    both.put("decoding", "self-speculative");
    both.put("self-speculative.adaptive", "false");
    both.put("self-speculative.confidence", "0.3");
    try (EdgeVlm without = open(policy);
        EdgeVlm vlm = open(both)) {
      assertSameTexts(without, vlm, false);
      assertTrue(vlm.metrics().counters().get("evicted_entries") > 0);
    }
  }

  @Test
  void anEvictedCacheIsRewound() throws IOException {
    Map<String, String> both =
        Map.of("cache", "tight", "tight.phase", "decode", "speculative.adaptive", "false");
    try (EdgeVlm vlm = speculative(both)) {
      for (AnswerRequest request : requests(false)) {
        Answer answer = answer(vlm, request);
        assertTrue(answer.tokens() > 0, answer.toString());
        assertTrue(answer.counters().get("evicted_entries") > 0, answer.toString());
      }
      Map<String, Long> counters = vlm.metrics().counters();
      assertTrue(counters.get("stale_tokens") > 0, counters.toString());
      // Chosen of what is left of a cache, the end of an answer is still found.
      assertTrue(counters.get("accepted") > 0, counters.toString());
    }
  }
}

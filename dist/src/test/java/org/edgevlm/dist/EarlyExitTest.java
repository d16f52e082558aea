package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.LoadProgress;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Early exits of the default model, which was trained to be read out at four layers. */
class EarlyExitTest {

  private static final int SCENES = 30;
  private static final int LAYERS = 12;
  private static final List<Integer> TRAINED = List.of(4, 6, 8, 10);

  private static PluginRegistry plugins;
  private static EdgeVlm plain;

  /** An answer with its tokens and the layers that made each. */
  private record Spoken(Answer answer, List<Integer> tokens, List<Integer> layers) {}

  @BeforeAll
  static void open() {
    plugins = PluginRegistry.discover(List.of(Program.DISTRIBUTION.resolve("plugins")));
    plain = open(Map.of());
  }

  @AfterAll
  static void close() {
    plain.close();
  }

  private static EdgeVlm open(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
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

  private static EdgeVlm exiting(String... keysAndValues) {
    Map<String, String> settings = new HashMap<>();
    settings.put("decoding", "early-exit");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      settings.put("early-exit." + keysAndValues[i], keysAndValues[i + 1]);
    }
    return open(settings);
  }

  private static Spoken caption(EdgeVlm vlm, int scene) throws IOException {
    ByteBuffer picture = ByteBuffer.wrap(Files.readAllBytes(Pictures.scene(scene)));
    List<Integer> tokens = new ArrayList<>();
    List<Integer> layers = new ArrayList<>();
    TokenListener listener =
        event -> {
          tokens.add(event.token());
          layers.add(event.layersUsed());
        };
    AnswerRequest request = AnswerRequest.caption(picture, 64);
    return new Spoken(vlm.answer(request, listener, CancelToken.NEVER), tokens, layers);
  }

  @Test
  void mostTokensLeaveEarlyAndStayWhatTheyWere() throws IOException {
    long tokens = 0;
    long same = 0;
    long layers = 0;
    long exits = 0;
    try (EdgeVlm vlm = exiting()) {
      for (int scene = 0; scene < SCENES; scene++) {
        Spoken early = caption(vlm, scene);
        Spoken full = caption(plain, scene);
        assertEquals(List.of(), early.answer().warnings());
        assertEquals(List.of("early-exit"), List.of(early.answer().plugins().decoding()));
        for (int i = 0; i < early.tokens().size(); i++) {
          int depth = early.layers().get(i);
          assertTrue(depth == LAYERS || TRAINED.contains(depth), early.toString());
          tokens++;
          layers += depth;
          exits += depth < LAYERS ? 1 : 0;
          boolean equal =
              i < full.tokens().size() && early.tokens().get(i).equals(full.tokens().get(i));
          same += equal ? 1 : 0;
        }
        Map<String, Long> counters = early.answer().counters();
        long byLayer = TRAINED.stream().mapToLong(at -> counters.get("exits_at_" + at)).sum();
        assertEquals(counters.get("exits"), byLayer);
        assertTrue(counters.get("layers") <= LAYERS * counters.get("steps"));
      }
    }
    System.out.printf(
        "early exit at 0.9: %d tokens, %.1f %% left early, %.1f %% of the layers, %.1f %% of the"
            + " tokens as at full depth%n",
        tokens, 100.0 * exits / tokens, 100.0 * layers / (LAYERS * tokens), 100.0 * same / tokens);
    assertTrue(exits > 0.5 * tokens, exits + " of " + tokens + " left early");
    assertTrue(same > 0.9 * tokens, same + " of " + tokens + " are the same");
  }

  @Test
  void noExitIsTheTextOfPlainDecoding() throws IOException {
    try (EdgeVlm vlm = exiting("confidence", "1", "measure", "margin")) {
      for (int scene = 0; scene < 6; scene++) {
        assertEquals(caption(plain, scene).answer().text(), caption(vlm, scene).answer().text());
      }
      assertTrue(vlm.metrics().counters().get("exits") < 10);
    }
  }

  @Test
  void exitsThatWereNotTrainedAreWarnedOf() throws IOException {
    try (EdgeVlm vlm = exiting("layers", "[1, 2]", "minimum_layers", "1", "confidence", "0.2")) {
      Answer last = null;
      for (int scene = 0; scene < 6; scene++) {
        last = caption(vlm, scene).answer();
      }
      assertEquals(1, last.warnings().size(), last.toString());
      assertTrue(last.warnings().get(0).startsWith("early exits change this model's words"));
      assertTrue(vlm.metrics().counters().get("exits_checked") >= 20);
    }
  }

  @Test
  void evictionBetweenExitsWorks() throws IOException {
    Map<String, String> both =
        Map.of("decoding", "early-exit", "cache", "gear", "gear.keep_image", "true");
    try (EdgeVlm vlm = open(both)) {
      for (int scene = 0; scene < 6; scene++) {
        Answer answer = caption(vlm, scene).answer();
        assertTrue(answer.counters().get("exits") > 0, answer.toString());
        assertTrue(answer.text().length() > 10, answer.toString());
      }
    }
  }

  @Test
  void backendsWithoutExitsAreRefused() {
    PluginException refusal =
        assertThrows(
            PluginException.class,
            () -> open(Map.of("decoding", "early-exit", "backend", "llamacpp-jni")).close());
    assertTrue(refusal.getMessage().contains("EARLY_EXIT"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("llamacpp-bytedeco"), refusal.getMessage());
  }
}

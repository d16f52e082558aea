package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.plugin.llamacpp.bytedeco.random.RandomModel;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.inference.ChatMessage;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.ModelInfo;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.spi.inference.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Opening and closing: in order, out of order, many times. */
class LifeCycleTest {

  private static void refused(Executable call) {
    assertThrows(IllegalStateException.class, call);
  }

  @Test
  void aClosedSessionRefusesEverything() {
    try (EngineModel model = Engine.open(Engine.plainFile())) {
      InferenceSession session = model.openSession(Engine.OBSERVED);
      StepResult result = session.step(new int[] {5, 6, 7}, 0, 3, Outputs.ALL);
      KvCache cache = session.kvCache().orElseThrow();
      session.close();
      session.close();
      refused(() -> session.step(new int[] {5}, 0, 1, Outputs.LAST));
      refused(() -> session.step(Engine.image(1, 2, 64), Outputs.LAST));
      refused(() -> session.rewind(0));
      refused(session::kvCache);
      assertEquals(0, session.kvBytes());
      assertThrows(IndexOutOfBoundsException.class, () -> result.logits(0));
      float[] room = new float[64];
      refused(() -> cache.keys(0, 0, room));
      refused(() -> cache.values(0, 0, room));
      refused(() -> cache.accumulatedAttention(0, room));
      refused(() -> cache.recentAttention(0, room));
      refused(() -> cache.retain(0, new int[] {1}, 1));
    }
  }

  @Test
  void aModelWaitsForItsSessions() {
    EngineModel model = Engine.open(Engine.plainFile());
    InferenceSession session = model.openSession(SessionOptions.DEFAULT);
    InferenceSession other = model.openSession(SessionOptions.DEFAULT);
    refused(model::close);
    other.close();
    other.close();
    String message = assertThrows(IllegalStateException.class, model::close).getMessage();
    assertTrue(message.contains("1 session"), message);
    Engine.step(session, 5);
    session.close();
    model.close();
    model.close();
  }

  @Test
  void aClosedModelRefusesEverything() {
    EngineModel model = Engine.open(Engine.plainFile());
    Tokenizer tokenizer = model.tokenizer();
    model.close();
    refused(() -> model.openSession(SessionOptions.DEFAULT));
    refused(() -> tokenizer.encode("the cat", false));
    refused(
        () ->
            tokenizer.applyChatTemplate(
                List.of(new ChatMessage(ChatMessage.Role.USER, "the cat")), true));
  }

  @Test
  void aClosedBackendRefusesToCompute() {
    Compute compute = new Compute(1);
    try (EngineModel model =
            new EngineModel(
                GgufFile.open(Engine.plainFile()), Engine.DEFAULTS, compute, LoadProgress.NONE);
        InferenceSession session = model.openSession(SessionOptions.DEFAULT)) {
      Engine.step(session, 5);
      compute.close();
      compute.close();
      refused(() -> Engine.step(session, 6));
      refused(() -> session.step(new int[] {5, 6, 7}, 0, 3, Outputs.LAST));
      assertEquals(1, session.position());
    }
  }

  /** In a process of its own whose heap and compiler take the same memory from start to end. */
  @Test
  void nothingIsLeftBehind() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xms40m",
            "-Xmx40m",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            LeakProbe.class.getName());
    // One arena, or freed memory waits in several for its reuse.
    builder.environment().put("MALLOC_ARENA_MAX", "1");
    // Newer Java versions warn there of native code.
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String report = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), report);
    for (String line : report.lines().toList()) {
      long grown = Long.parseLong(line.replaceAll(".* ", ""));
      assertTrue(grown <= LeakProbe.SETTLED, line);
    }
    assertEquals(6, report.lines().count(), report);
  }

  @Test
  void loadingTellsHowFarItIs() {
    List<Long> done = new ArrayList<>();
    List<Long> totals = new ArrayList<>();
    LoadProgress progress =
        (bytes, total) -> {
          done.add(bytes);
          totals.add(total);
        };
    GgufFile file = GgufFile.open(Engine.plainFile());
    new EngineModel(file, Engine.DEFAULTS, Engine.COMPUTE, progress).close();
    assertEquals(file.fileSize(), totals.get(0));
    assertEquals(totals.get(0), done.get(done.size() - 1));
    assertEquals(1, totals.stream().distinct().count());
    assertEquals(done.stream().sorted().toList(), done);
  }

  @Test
  void theShapeIsTheFiles() {
    RandomModel random = new RandomModel().heads(4, 2).exitLayers(1, 2).context(300);
    try (EngineModel model = Engine.open(Engine.file("exits", random))) {
      ModelInfo info = model.info();
      assertEquals("random", info.name());
      assertEquals("llama", info.architecture());
      assertEquals(List.of(3, 64, 4, 2, 16, 400, 300), shape(info));
      assertEquals(List.of(1, 2), info.exitLayers());
      long layer = 2 * 64 + 2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 160;
      assertEquals(2 * 64 * 400 + 64 + 3 * layer, info.parameters());
      assertEquals(info.vocabularySize(), model.tokenizer().size());
    }
  }

  private static List<Integer> shape(ModelInfo info) {
    return List.of(
        info.layers(),
        info.width(),
        info.heads(),
        info.kvHeads(),
        info.headWidth(),
        info.vocabularySize(),
        info.contextLength());
  }
}

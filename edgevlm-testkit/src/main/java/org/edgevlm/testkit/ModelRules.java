package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelFiles;
import org.edgevlm.spi.inference.ModelFormatException;
import org.edgevlm.spi.inference.ModelInfo;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model files, and the life of what is opened. */
abstract class ModelRules extends BackendRules {

  ModelRules(BackendFixture fixture) {
    super(fixture);
  }

  @Test
  @DisplayName("The model's shape makes sense")
  void theShapeMakesSense() {
    ModelInfo info = backend().model().info();
    assertFalse(info.architecture().isBlank(), "architecture");
    assertTrue(info.layers() > 0, "layers");
    assertTrue(info.width() > 0, "width");
    assertTrue(info.heads() > 0 && info.headWidth() > 0, "heads and headWidth");
    assertTrue(info.kvHeads() > 0 && info.heads() % info.kvHeads() == 0, "kvHeads of heads");
    assertTrue(info.contextLength() > 0, "contextLength");
    assertTrue(info.parameters() > 0, "parameters");
    int before = 0;
    for (int exit : info.exitLayers()) {
      assertTrue(exit > before && exit <= info.layers(), "exitLayers " + info.exitLayers());
      before = exit;
    }
    assertEquals(info, backend().model().info(), "the shape, asked for again");
  }

  @Test
  @DisplayName("An estimate is the same each time and counts weights")
  void theEstimateIsSteady() {
    MemoryEstimate estimate = backend().backend().estimate(backend().files());
    assertTrue(estimate.weights() > 0, "weights of the estimate");
    assertTrue(estimate.kvCache() > 0, "kvCache of the estimate");
    assertEquals(estimate, backend().backend().estimate(backend().files()), "a second estimate");
  }

  @Test
  @DisplayName("Loading tells its progress on the calling thread, up to done == total")
  void loadingTellsItsProgress() {
    List<String> wrong = new ArrayList<>();
    List<Long> done = new ArrayList<>();
    List<Long> totals = new ArrayList<>();
    Thread caller = Thread.currentThread();
    LoadProgress progress =
        (ready, total) -> {
          if (Thread.currentThread() != caller) {
            wrong.add("told on " + Thread.currentThread());
          }
          if (ready < 0
              || ready > total
              || (!done.isEmpty() && ready < done.get(done.size() - 1))) {
            wrong.add("told " + ready + " of " + total + " after " + done);
          }
          done.add(ready);
          totals.add(total);
        };
    backend().backend().load(backend().files(), progress).close();
    assertEquals(List.of(), wrong, "progress");
    assertFalse(done.isEmpty(), "progress is told at least once");
    assertEquals(
        totals.get(totals.size() - 1), done.get(done.size() - 1), "the last time, done is total");
  }

  @Test
  @DisplayName("A file that is broken or cut off is a ModelFormatException, for estimate and load")
  void aBrokenFileIsRefused(@TempDir Path folder) throws IOException {
    byte[] whole = Files.readAllBytes(backend().files().languageModel());
    byte[] half = java.util.Arrays.copyOf(whole, Math.min(whole.length / 2, 2048));
    byte[] garbage = new byte[4096];
    new java.util.Random(1).nextBytes(garbage);
    for (byte[] content : new byte[][] {new byte[0], half, garbage}) {
      Path file = Files.write(folder.resolve("broken.gguf"), content);
      ModelFiles files = new ModelFiles(file, Optional.empty());
      InferenceBackend opener = backend().backend();
      assertThrows(
          ModelFormatException.class,
          () -> opener.estimate(files),
          "the estimate for a file of " + content.length + " bytes that is no model");
      assertThrows(
          ModelFormatException.class,
          () -> opener.load(files, LoadProgress.NONE).close(),
          "loading a file of " + content.length + " bytes that is no model");
    }
    ModelFiles missing = new ModelFiles(folder.resolve("missing.gguf"), Optional.empty());
    assertThrows(RuntimeException.class, () -> backend().backend().estimate(missing));
  }

  @Test
  @DisplayName("A second model of the same file gives the same logits")
  void modelsCanBeOpenBesideEachOther() {
    int[] tokens = backend().tokens(5, 91);
    float[] expected = backend().last(tokens);
    try (LanguageModel second = backend().backend().load(backend().files(), LoadProgress.NONE);
        InferenceSession session = second.openSession(SessionOptions.DEFAULT)) {
      backend().assertSame(expected, session.step(tokens, 0, 5, Outputs.LAST), 0, "a second model");
    }
    Logits.assertSame(
        expected, backend().last(tokens), backend().tolerance(), "after the second was closed");
  }

  @Test
  @DisplayName("A session can be closed twice, and then refuses to step")
  void aClosedSessionRefusesSteps() {
    int[] tokens = backend().tokens(3, 92);
    InferenceSession session = backend().session();
    session.step(tokens, 0, 2, Outputs.LAST);
    session.close();
    assertDoesNotThrow(session::close, "the second close");
    assertThrows(
        RuntimeException.class,
        () -> session.step(tokens, 2, 1, Outputs.LAST),
        "a step of a closed session");
    assertThrows(RuntimeException.class, () -> session.rewind(0), "a rewind of a closed session");
  }

  @Test
  @DisplayName("A model can be closed twice, and then opens no session")
  void aClosedModelOpensNoSession() {
    LanguageModel model = backend().backend().load(backend().files(), LoadProgress.NONE);
    model.close();
    assertDoesNotThrow(model::close, "the second close");
    assertThrows(
        RuntimeException.class,
        () -> model.openSession(SessionOptions.DEFAULT).close(),
        "a session of a closed model");
  }

  @Test
  @DisplayName("A backend can be closed twice, and another one goes on")
  void aBackendCanBeClosedTwice() {
    int[] tokens = backend().tokens(4, 93);
    float[] expected = backend().last(tokens);
    TestSet second = backend().open();
    InferenceBackend closed = second.backend();
    second.close();
    assertDoesNotThrow(closed::close, "the second close");
    Logits.assertSame(
        expected, backend().last(tokens), backend().tolerance(), "after another was closed");
  }

  @Test
  @DisplayName("A set with this backend answers a question about a picture, the same twice")
  void theAssembledSetAnswers() {
    try (TestSet set = backend().open()) {
      String answer = set.answer("What is there?").text();
      assertEquals(answer, set.answer("What is there?").text(), "the second answer");
      assertTrue(set.vlm().metrics() != null, "metrics");
    }
  }
}

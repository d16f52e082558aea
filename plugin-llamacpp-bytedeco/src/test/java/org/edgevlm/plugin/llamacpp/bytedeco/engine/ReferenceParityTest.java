package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.plugin.llamacpp.bytedeco.random.RandomModel;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Logits, K, V and attention sums against LLaMA in plain Java. */
class ReferenceParityTest {

  private static final int POSITIONS = 64;
  private static final Map<String, RandomModel> MODELS = new LinkedHashMap<>();

  static {
    MODELS.put("plain", new RandomModel().heads(4, 2));
    MODELS.put("tied", new RandomModel().tiedHead());
    MODELS.put("biases", new RandomModel().biases());
    MODELS.put("wide-heads", new RandomModel().heads(4, 2).headWidth(32));
    MODELS.put("rope-base", new RandomModel().ropeBase(500_000));
    MODELS.put("rope-linear", new RandomModel().ropeScaling("linear", 4, 0));
    MODELS.put("rope-yarn", new RandomModel().ropeScaling("yarn", 4, 64).heads(2, 2));
    MODELS.put("rope-factors", new RandomModel().ropeFactors());
  }

  static Set<String> names() {
    return MODELS.keySet();
  }

  @ParameterizedTest
  @MethodSource("names")
  void logitsAreThePapers(String name) throws IOException {
    var file = Engine.file(name, MODELS.get(name));
    ReferenceSession reference = new ReferenceLlama(file).open();
    try (EngineModel model = Engine.open(file);
        InferenceSession prefilled = model.openSession(SessionOptions.DEFAULT);
        InferenceSession fused = model.openSession(SessionOptions.DEFAULT);
        InferenceSession observed = model.openSession(Engine.OBSERVED)) {
      int[] tokens = Engine.tokens(4, POSITIONS, model.info().vocabularySize());
      Agreement prefill = new Agreement(name + " prefill", Oracle.EXPLICIT);
      Agreement fusedSteps = new Agreement(name + " fused", Oracle.FUSED);
      Agreement observedSteps = new Agreement(name + " observed", Oracle.EXPLICIT);
      StepResult all = prefilled.step(tokens, 0, POSITIONS, Outputs.ALL);
      for (int i = 0; i < POSITIONS; i++) {
        double[] expected = reference.step(tokens[i]);
        prefill.row(expected, Engine.logits(all, i));
        fusedSteps.row(expected, Engine.step(fused, tokens[i]));
        observedSteps.row(expected, Engine.step(observed, tokens[i]));
      }
      prefill.done(POSITIONS);
      fusedSteps.done(POSITIONS);
      observedSteps.done(POSITIONS);
    }
  }

  @Test
  void imageRowsTakeThePlaceOfEmbeddings() throws IOException {
    ReferenceSession reference = new ReferenceLlama(Engine.plainFile()).open();
    try (EngineModel model = Engine.open(Engine.plainFile());
        InferenceSession session = model.openSession(SessionOptions.DEFAULT)) {
      int width = model.info().width();
      ImageEmbedding image = Engine.image(5, 12, width);
      Agreement agreement = new Agreement("image", Oracle.EXPLICIT);
      StepResult result = session.step(image, Outputs.ALL);
      assertEquals(12, result.rows());
      for (int i = 0; i < 12; i++) {
        double[] row = new double[width];
        for (int j = 0; j < width; j++) {
          row[j] = image.data().get(i * width + j);
        }
        agreement.row(reference.feed(row), Engine.logits(result, i));
      }
      agreement.done(12);
      assertEquals(12, session.position());
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void keysAndValuesAreReadable(String name) throws IOException {
    var file = Engine.file(name, MODELS.get(name));
    ReferenceSession reference = new ReferenceLlama(file).open();
    try (EngineModel model = Engine.open(file);
        InferenceSession session = model.openSession(SessionOptions.DEFAULT)) {
      int[] tokens = Engine.tokens(6, 20, model.info().vocabularySize());
      session.step(tokens, 0, 19, Outputs.NONE);
      session.step(tokens, 19, 1, Outputs.LAST);
      reference.step(tokens);
      Oracle.sameEntries(reference, session.kvCache().orElseThrow());
    }
  }

  /** Five threads are more than there are heads. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5})
  void attentionSumsAreThoseOfTheQueries(int threads) throws IOException {
    ReferenceSession reference = new ReferenceLlama(Engine.plainFile()).open();
    GgufFile file = GgufFile.open(Engine.plainFile());
    EngineSettings batches = Oracle.smallBatches(7);
    try (Compute compute = new Compute(threads);
        EngineModel model = new EngineModel(file, batches, compute, LoadProgress.NONE);
        InferenceSession session = model.openSession(Engine.OBSERVED)) {
      int[] tokens = Engine.tokens(8, 100, model.info().vocabularySize());
      int fed = 0;
      for (int count : new int[] {1, 2, 20, 1, 1, 3, 1, 1, 1, 9, 30, 7, 23}) {
        session.step(tokens, fed, count, Outputs.LAST);
        for (int i = 0; i < count; i++) {
          reference.step(tokens[fed + i]);
        }
        fed += count;
        Oracle.sameAttention(reference, session);
      }
      assertEquals(100, session.position());
    }
  }

  @Test
  void eachSumIsKeptOnlyWhereAsked() {
    try (EngineModel model = Engine.open(Engine.plainFile())) {
      AttentionTracking[] trackings = {
        AttentionTracking.NONE, new AttentionTracking(true, 0), new AttentionTracking(false, 2)
      };
      for (AttentionTracking tracking : trackings) {
        SessionOptions options = new SessionOptions(tracking, Optional.empty());
        try (InferenceSession session = model.openSession(options)) {
          session.step(new int[] {5, 6, 7}, 0, 3, Outputs.LAST);
          KvCache cache = session.kvCache().orElseThrow();
          float[] sums = new float[3];
          if (tracking.accumulated()) {
            cache.accumulatedAttention(0, sums);
            assertArrayEquals(new float[] {3}, new float[] {sums[0] + sums[1] + sums[2]}, 1e-5f);
          } else {
            assertThrows(IllegalStateException.class, () -> cache.accumulatedAttention(0, sums));
          }
          if (tracking.recentQueries() > 0) {
            cache.recentAttention(2, sums);
            assertArrayEquals(new float[] {2}, new float[] {sums[0] + sums[1] + sums[2]}, 1e-5f);
          } else {
            assertThrows(IllegalStateException.class, () -> cache.recentAttention(0, sums));
          }
        }
      }
    }
  }

  @Test
  void aWindowLargerThanTheContextIsTheWholeContext() throws IOException {
    ReferenceSession reference = new ReferenceLlama(Engine.plainFile()).open();
    SessionOptions options =
        new SessionOptions(new AttentionTracking(false, Integer.MAX_VALUE), Optional.empty());
    try (EngineModel model = Engine.open(Engine.plainFile());
        InferenceSession session = model.openSession(options)) {
      int[] tokens = Engine.tokens(9, 12, model.info().vocabularySize());
      session.step(tokens, 0, 12, Outputs.LAST);
      reference.step(tokens);
      float[] sums = new float[12];
      session.kvCache().orElseThrow().recentAttention(1, sums);
      Oracle.close(reference.attention(1, 0), sums, Oracle.ATTENTION, "all queries");
    }
  }
}

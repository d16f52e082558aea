package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.plugin.llamacpp.bytedeco.random.RandomModel;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a model was said to take is at least what it takes, and not much more. */
class MemoryEstimateTest {

  @ParameterizedTest
  @CsvSource({
    "4, 4, 512, 1024, 512, false",
    "4, 4, 512, 1024, 128, false",
    "8, 2, 512, 2048, 512, false",
    "4, 4, 3072, 256, 256, false",
    "4, 2, 512, 1024, 512, true",
  })
  void measuredMemoryIsWithinTheEstimate(
      int heads, int kvHeads, int feedForward, int context, int batch, boolean observed) {
    RandomModel shape =
        new RandomModel()
            .layers(2)
            .width(256, feedForward)
            .heads(heads, kvHeads)
            .context(context)
            .type(GgufType.F16);
    String name = "estimate-" + heads + kvHeads + "-" + feedForward + "-" + context;
    Path file = Engine.file(name, shape);
    EngineSettings settings = new EngineSettings(0, batch, Optional.empty());
    MemoryEstimate estimate = EngineModel.estimate(GgufFile.open(file), settings);
    AttentionTracking tracking = observed ? new AttentionTracking(true, 4) : AttentionTracking.NONE;
    try (EngineModel model = Engine.open(file, settings);
        InferenceSession session =
            model.openSession(new SessionOptions(tracking, Optional.empty()))) {
      session.step(Engine.tokens(70, context, 400), 0, context, Outputs.LAST);
      long compute = model.workingMemory().bytes();
      assertEquals(GgufFile.open(file).fileSize(), estimate.weights());
      assertEquals(estimate.kvCache(), session.kvBytes());
      assertTrue(compute <= estimate.compute(), compute + " in " + estimate);
      assertTrue(estimate.compute() <= 2 * compute, compute + " in " + estimate);
    }
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.plugin.llamacpp.bytedeco.random.RandomModel;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;

/** What the tests of the engine share: models on disk, ways to open them, tokens to feed. */
final class Engine {

  static final EngineSettings DEFAULTS = new EngineSettings(0, 512, Optional.empty());

  /** All sums that a session can keep, over a window that tests overflow. */
  static final int WINDOW = 5;

  static final SessionOptions OBSERVED =
      new SessionOptions(new AttentionTracking(true, WINDOW), Optional.empty());

  /** One thread: two would wait for each other on a busy machine, and the results are the same. */
  static final Compute COMPUTE = new Compute(1);

  private static final Map<String, Path> FILES = new HashMap<>();

  private Engine() {}

  /** A model's file, written once for all tests. */
  static synchronized Path file(String name, RandomModel model) {
    return FILES.computeIfAbsent(
        name,
        n -> {
          try {
            Path path = Files.createTempFile("edgevlm-" + n + "-", ".gguf");
            path.toFile().deleteOnExit();
            return model.write(path);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** Grouped queries and a separate head, F32, 256 positions. */
  static Path plainFile() {
    return file("plain", new RandomModel().heads(4, 2));
  }

  static EngineModel open(Path file) {
    return open(file, DEFAULTS);
  }

  static EngineModel open(Path file, EngineSettings settings) {
    return new EngineModel(GgufFile.open(file), settings, COMPUTE, LoadProgress.NONE);
  }

  /** Ordinary tokens, the same for the same seed. */
  static int[] tokens(long seed, int count, int vocabulary) {
    return new Random(seed).ints(count, 3, vocabulary).toArray();
  }

  /** Rows of the size of a token's embedding. */
  static ImageEmbedding image(long seed, int rows, int width) {
    ImageEmbedding image = ImageEmbedding.allocate(rows, width);
    Random random = new Random(seed);
    for (int i = 0; i < rows * width; i++) {
      image.data().put(i, (float) random.nextGaussian());
    }
    return image;
  }

  /** The logits of a row, copied. */
  static float[] logits(StepResult result, int row) {
    float[] copy = new float[result.vocabularySize()];
    result.logits(row).get(0, copy);
    return copy;
  }

  /** Feeds one token and copies its logits. */
  static float[] step(InferenceSession session, int token) {
    return logits(session.step(new int[] {token}, 0, 1, Outputs.LAST), 0);
  }
}

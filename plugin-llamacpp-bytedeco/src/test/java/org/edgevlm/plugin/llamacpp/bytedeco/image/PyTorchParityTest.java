package org.edgevlm.plugin.llamacpp.bytedeco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import org.edgevlm.plugin.llamacpp.bytedeco.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.bytedeco.gguf.VisionShape;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.vision.ImageTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Towers and projectors against transformers and PyTorch in float64 on the same F16 weights. The
 * error is {@code ‖got − want‖ / ‖want‖} over all tokens of an image.
 */
class PyTorchParityTest {

  /** The bound of F16 towers, which the default must keep too. */
  private static final double TOLERANCE = 1e-2;

  /** What F16's own rounding leaves of it. */
  private static final double F16_TOLERANCE = 2e-3;

  /** All matrices and what they are multiplied with in 8 bits. */
  private static final double Q8_0_TOLERANCE = 3e-2;

  @ParameterizedTest
  @CsvSource({
    "clip-mlp, 16",
    "clip-ldp, 4",
    "clip-ldpv2, 4",
    "siglip-mlp, 36",
    "siglip-ldp, 9",
    "siglip-ldpv2, 9",
    "siglip32-mlp, 16"
  })
  void tokensAreThoseOfPyTorch(String model, int tokens) {
    check(model, tokens, ImageWeights.FILE, F16_TOLERANCE);
    check(model, tokens, ImageWeights.AUTO, TOLERANCE);
    check(model, tokens, ImageWeights.Q8_0, Q8_0_TOLERANCE);
  }

  private static void check(String model, int tokens, ImageWeights weights, double tolerance) {
    try (GgmlImageEncoderFactory factory = Golden.factory(weights);
        ImageEncoder encoder = factory.open(Golden.model(model), LoadProgress.NONE)) {
      List<ImageEmbedding> images = encoder.encode(Golden.pixels(Golden.tower(model), 1));
      assertEquals(1, images.size());
      assertEquals(tokens, images.get(0).tokens());
      assertEquals(80, images.get(0).width());
      double error = Golden.error(Golden.tokens(model), images.get(0).data());
      System.out.printf("%s with weights %s: relative error %.1e%n", model, weights, error);
      assertTrue(error <= tolerance, model + " with weights " + weights + ": error " + error);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"clip-mlp", "clip-ldp", "siglip-mlp", "siglip32-mlp"})
  void featuresAreThoseOfPyTorch(String model) {
    GgufFile file = GgufFile.open(Golden.model(model));
    VisionShape shape = VisionShape.of(file);
    String tower = Golden.tower(model);
    FloatBuffer features = GgmlFeatures.of(file, shape, Golden.pixels(tower, 1));
    double error = Golden.error(Golden.features(tower), features);
    assertTrue(error <= F16_TOLERANCE, model + ": error " + error);
  }

  @Test
  void attentionMakesTheLeastOfTheErrorOfEightBits() {
    // What AUTO rests on: it stays well below the error of quantizing everything.
    double auto = error("clip-mlp", ImageWeights.AUTO);
    double all = error("clip-mlp", ImageWeights.Q8_0);
    assertTrue(auto < all * 0.75, auto + " against " + all);
  }

  private static double error(String model, ImageWeights weights) {
    Path file = Golden.model(model);
    try (GgmlImageEncoderFactory factory = Golden.factory(weights);
        ImageEncoder encoder = factory.open(file, LoadProgress.NONE)) {
      ImageTensor pixels = Golden.pixels(Golden.tower(model), 1);
      return Golden.error(Golden.tokens(model), encoder.encode(pixels).get(0).data());
    }
  }
}

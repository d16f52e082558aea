package org.edgevlm.plugin.llamacpp.bytedeco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.FloatBuffer;
import java.util.List;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.vision.ImageTensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Towers and projectors against transformers and PyTorch in float64 on the same F16 weights. The
 * error is {@code ‖got − want‖ / ‖want‖} over all tokens of an image.
 */
class PyTorchParityTest {

  /** Five times stricter than what an F16 tower may be off by, 1e-2. */
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
    check(model, tokens, ImageWeights.AUTO, F16_TOLERANCE);
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
  @ValueSource(ints = {0, 8, 16})
  void everyKernelOfThisProcessorGivesPyTorchsTokens(int lanes) {
    assumeTrue(lanes <= Ggml.linearLanes(), "this processor has no vectors of " + lanes);
    for (String model : List.of("clip-ldpv2", "siglip-ldp", "siglip32-mlp")) {
      try (GgmlImageEncoderFactory factory = Golden.factory(ImageWeights.FILE);
          ImageEncoder encoder = factory.encoder(Golden.model(model), lanes, LoadProgress.NONE)) {
        ImageTensor pixels = Golden.pixels(Golden.tower(model), 1);
        double error = Golden.error(Golden.tokens(model), encoder.encode(pixels).get(0).data());
        assertTrue(error <= F16_TOLERANCE, model + ", " + lanes + " lanes: error " + error);
      }
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
}

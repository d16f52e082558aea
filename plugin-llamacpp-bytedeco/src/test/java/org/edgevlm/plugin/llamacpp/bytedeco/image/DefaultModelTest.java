package org.edgevlm.plugin.llamacpp.bytedeco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.vision.ImageTensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The default model's encoder against the vectors that its recipe exported: PyTorch in float32 on
 * the weights as the file has them. They are Q8_0 there. Used as such, ggml rounds what it
 * multiplies them with to 8 bits, which PyTorch doesn't.
 */
class DefaultModelTest {

  private static final Path MODEL = Path.of("../models/edgevlm-tiny");
  private static final Path FILE = MODEL.resolve("edgevlm-tiny-mmproj.gguf");
  private static final double TOLERANCE = 2e-3;
  private static final double Q8_0_TOLERANCE = 2e-2;

  private static ImageTensor pixels(int picture) {
    float[] numbers = golden(picture, "input");
    int side = (int) Math.sqrt(numbers.length / 3.0);
    ImageTensor tensor = ImageTensor.allocate(1, 3, side, side);
    tensor.data().put(0, numbers);
    return tensor;
  }

  private static float[] golden(int picture, String what) {
    return Golden.floats(MODEL.resolve("golden/" + picture + "-" + what + ".f32"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void tokensAreThoseOfTheRecipe(int picture) {
    check(picture, ImageWeights.AUTO, Ggml.linearLanes() > 0 ? TOLERANCE : Q8_0_TOLERANCE);
    check(picture, ImageWeights.FILE, Q8_0_TOLERANCE);
  }

  private static void check(int picture, ImageWeights weights, double tolerance) {
    try (GgmlImageEncoderFactory factory = Golden.factory(weights);
        ImageEncoder encoder = factory.open(FILE, LoadProgress.NONE)) {
      ImageEmbedding image = encoder.encode(pixels(picture)).get(0);
      assertEquals(16, image.tokens());
      double error = Golden.error(golden(picture, "projector"), image.data());
      System.out.printf(
          "edgevlm-tiny with weights %s, picture %d: relative error %.1e%n",
          weights, picture, error);
      assertTrue(error <= tolerance, weights + ": error " + error);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void featuresAreThoseOfTheRecipe(int picture) {
    GgufFile file = GgufFile.open(FILE);
    FloatBuffer features = GgmlFeatures.of(file, VisionShape.of(file), pixels(picture));
    double error = Golden.error(golden(picture, "vit"), features);
    assertTrue(error <= Q8_0_TOLERANCE, "error " + error);
  }
}

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
import org.junit.jupiter.api.Test;

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

  private static ImageTensor pixels() {
    float[] numbers = golden("input");
    int side = (int) Math.sqrt(numbers.length / 3.0);
    ImageTensor tensor = ImageTensor.allocate(1, 3, side, side);
    tensor.data().put(0, numbers);
    return tensor;
  }

  private static float[] golden(String what) {
    return Golden.floats(MODEL.resolve("golden/0-" + what + ".f32"));
  }

  @Test
  void tokensAreThoseOfTheRecipe() {
    check(ImageWeights.AUTO, Ggml.linearLanes() > 0 ? TOLERANCE : Q8_0_TOLERANCE);
    check(ImageWeights.FILE, Q8_0_TOLERANCE);
  }

  private static void check(ImageWeights weights, double tolerance) {
    try (GgmlImageEncoderFactory factory = Golden.factory(weights);
        ImageEncoder encoder = factory.open(FILE, LoadProgress.NONE)) {
      ImageEmbedding image = encoder.encode(pixels()).get(0);
      assertEquals(16, image.tokens());
      double error = Golden.error(golden("projector"), image.data());
      System.out.printf("edgevlm-tiny with weights %s: relative error %.1e%n", weights, error);
      assertTrue(error <= tolerance, weights + ": error " + error);
    }
  }

  @Test
  void featuresAreThoseOfTheRecipe() {
    GgufFile file = GgufFile.open(FILE);
    FloatBuffer features = GgmlFeatures.of(file, VisionShape.of(file), pixels());
    double error = Golden.error(golden("vit"), features);
    assertTrue(error <= Q8_0_TOLERANCE, "error " + error);
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.image;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.Random;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape;
import org.edgevlm.spi.vision.ImageTensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tower against plain Java in doubles, on pictures that the golden files don't have. */
class ReferenceTowerTest {

  @ParameterizedTest
  @ValueSource(strings = {"clip-mlp", "siglip32-mlp"})
  void featuresAreThoseOfPlainJava(String model) {
    GgufFile file = GgufFile.open(Golden.model(model));
    VisionShape shape = VisionShape.of(file);
    ImageTensor pixels = ImageTensor.allocate(1, 3, shape.imageSize(), shape.imageSize());
    Random random = new Random(5);
    for (int i = 0; i < pixels.data().capacity(); i++) {
      pixels.data().put(i, (float) random.nextGaussian());
    }
    float[] want = new ReferenceTower(file, shape).features(pixels.data());
    double error = Golden.error(want, GgmlFeatures.of(file, shape, pixels));
    assertTrue(error <= 2e-3, model + ": error " + error);
  }

  @ParameterizedTest
  @ValueSource(strings = {"clip", "siglip", "siglip32"})
  void plainJavaAgreesWithPyTorch(String tower) {
    GgufFile file = GgufFile.open(Golden.model(tower + "-mlp"));
    ReferenceTower reference = new ReferenceTower(file, VisionShape.of(file));
    float[] got = reference.features(Golden.pixels(tower, 1).data());
    double error = Golden.error(Golden.features(tower), FloatBuffer.wrap(got));
    assertTrue(error <= 1e-6, tower + ": error " + error);
  }
}

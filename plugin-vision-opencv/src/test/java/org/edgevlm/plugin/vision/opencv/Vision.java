package org.edgevlm.plugin.vision.opencv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.vision.ImageLimits;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;
import org.edgevlm.spi.vision.VisionProcessor;

/** The processor under test and comparisons of what it makes. */
final class Vision {

  static final VisionProcessor PROCESSOR = create(2, false);

  private Vision() {}

  static VisionProcessor create(int threads, boolean fastJpeg) {
    ConfigValues values =
        new ConfigValues() {
          @Override
          public <T> T get(ConfigKey<T> key) {
            if (key == OpenCvVisionProvider.THREADS) {
              return key.parse(threads);
            }
            return key == OpenCvVisionProvider.FAST_JPEG ? key.parse(fastJpeg) : key.defaultValue();
          }
        };
    return new OpenCvVisionProvider()
        .create(
            new PluginContext() {
              @Override
              public ConfigValues config() {
                return values;
              }

              @Override
              public Platform platform() {
                return Platform.current();
              }

              @Override
              public Path workDirectory() {
                return Path.of(System.getProperty("java.io.tmpdir"));
              }
            });
  }

  static ImageTensor process(byte[] file, Preprocessing preprocessing) {
    return PROCESSOR.process(List.of(ByteBuffer.wrap(file)), preprocessing, ImageLimits.DEFAULT);
  }

  /** The picture in its own size. */
  static Preprocessing same(int width, int height) {
    return Preprocessing.whole(
        width, height, ResizeMethod.STRETCH, Interpolation.NEAREST, Normalization.CLIP);
  }

  /** One sample, brought back to 0 … 255. */
  static double sample(
      ImageTensor tensor, int index, int channel, int y, int x, Normalization normalization) {
    FloatBuffer image = tensor.image(index);
    double value = image.get((channel * tensor.height() + y) * tensor.width() + x);
    return 255 * (value * normalization.std().get(channel) + normalization.mean().get(channel));
  }

  /** Compares a tensor's row with pixels; the largest difference is at most the tolerance. */
  static void assertPixels(
      double[][][] expected, ImageTensor tensor, int index, Preprocessing how, double tolerance) {
    assertEquals(expected.length, tensor.height());
    assertEquals(expected[0].length, tensor.width());
    for (int y = 0; y < tensor.height(); y++) {
      for (int x = 0; x < tensor.width(); x++) {
        for (int c = 0; c < 3; c++) {
          double actual = sample(tensor, index, c, y, x, how.normalization());
          if (!(Math.abs(actual - expected[y][x][c]) <= tolerance)) {
            fail(
                "channel %d at x %d, y %d is %.2f instead of %.2f (%s)"
                    .formatted(c, x, y, actual, expected[y][x][c], how));
          }
        }
      }
    }
  }
}

package org.edgevlm.testkit.vision;

import java.nio.FloatBuffer;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;

/** Compares tensors with pixels, in levels of 255. */
public final class Comparison {

  private Comparison() {}

  /** One sample of a tensor's image, brought back to 0 … 255. */
  public static double sample(
      ImageTensor tensor, int index, int channel, int y, int x, Normalization normalization) {
    FloatBuffer image = tensor.image(index);
    double value = image.get((channel * tensor.height() + y) * tensor.width() + x);
    return 255 * (value * normalization.std().get(channel) + normalization.mean().get(channel));
  }

  /**
   * Fails where the largest difference is over a tolerance.
   *
   * @param expected {@code [y][x][red, green, blue]}, 0 to 255
   * @param index of the image in the tensor's batch
   * @param how the tensor was made, whose normalisation is undone
   */
  public static void assertPixels(
      double[][][] expected, ImageTensor tensor, int index, Preprocessing how, double tolerance) {
    if (expected.length != tensor.height() || expected[0].length != tensor.width()) {
      throw new AssertionError(
          "%d×%d pixels instead of %d×%d (%s)"
              .formatted(
                  tensor.width(), tensor.height(), expected[0].length, expected.length, how));
    }
    for (int y = 0; y < tensor.height(); y++) {
      for (int x = 0; x < tensor.width(); x++) {
        for (int c = 0; c < 3; c++) {
          double actual = sample(tensor, index, c, y, x, how.normalization());
          if (!(Math.abs(actual - expected[y][x][c]) <= tolerance)) {
            throw new AssertionError(
                "channel %d at x %d, y %d is %.2f instead of %.2f, more than %.3f off (%s)"
                    .formatted(c, x, y, actual, expected[y][x][c], tolerance, how));
          }
        }
      }
    }
  }

  /**
   * The mean of all samples' differences.
   *
   * @param expected {@code [y][x][red, green, blue]}, 0 to 255, in the tensor's size
   * @param tensor of one image
   */
  public static double meanDifference(
      double[][][] expected, ImageTensor tensor, Normalization normalization) {
    double sum = 0;
    for (int y = 0; y < tensor.height(); y++) {
      for (int x = 0; x < tensor.width(); x++) {
        for (int c = 0; c < 3; c++) {
          sum += Math.abs(sample(tensor, 0, c, y, x, normalization) - expected[y][x][c]);
        }
      }
    }
    return sum / (3L * tensor.width() * tensor.height());
  }
}

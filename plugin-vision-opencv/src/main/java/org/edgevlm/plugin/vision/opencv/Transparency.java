package org.edgevlm.plugin.vision.opencv;

import java.util.List;
import org.edgevlm.spi.vision.Normalization;
import org.opencv.core.Core;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Scalar;
import org.opencv.imgproc.Imgproc;

/**
 * Lays pictures with transparent pixels over a normalisation's mean colour, before they are scaled:
 * the colours of invisible pixels must not bleed into visible ones.
 */
final class Transparency {

  /** Rows that are converted at a time, which bounds the floating-point copies. */
  private static final int STRIP = 64;

  private Transparency() {}

  /**
   * Straight alpha, {@code colour * alpha + mean * (1 - alpha)}, rounded to 8 bits.
   *
   * @param pixels blue, green, red, alpha of 8 or 16 bits
   * @return blue, green, red of 8 bits
   */
  static Mat flatten(Mat pixels, Normalization background, MatScope owner) {
    Mat result = owner.own(new Mat(pixels.rows(), pixels.cols(), CvType.CV_8UC3));
    double max = pixels.depth() == CvType.CV_16U ? 65_535 : 255;
    for (int row = 0; row < pixels.rows(); row += STRIP) {
      int end = Math.min(row + STRIP, pixels.rows());
      try (MatScope scope = new MatScope()) {
        Mat strip = scope.own(pixels.rowRange(row, end));
        Mat target = scope.own(result.rowRange(row, end));
        Mat alpha = scope.empty();
        Mat color = scope.empty();
        Mat behind = scope.empty();
        Mat channel = scope.empty();
        Mat noMask = scope.empty();
        Core.extractChannel(strip, alpha, 3);
        for (int c = 0; c < 3; c++) {
          double mean = 255.0 * background.mean().get(2 - c);
          Core.extractChannel(strip, channel, c);
          Core.multiply(channel, alpha, color, 255 / (max * max), CvType.CV_32F);
          alpha.convertTo(behind, CvType.CV_32F, -mean / max, mean);
          Core.add(color, behind, channel, noMask, CvType.CV_8U);
          Core.insertChannel(channel, target, c);
        }
      }
    }
    return result;
  }

  /**
   * Fills the pixels of one colour.
   *
   * @param key the grey value, or red, green, blue
   * @return blue, green, red in the depth of the pixels
   */
  static Mat fillKey(Mat pixels, List<Integer> key, Normalization background, MatScope owner) {
    boolean grey = key.size() == 1;
    double max = pixels.depth() == CvType.CV_16U ? 65_535 : 255;
    Scalar wanted = grey ? new Scalar(key.get(0)) : new Scalar(key.get(2), key.get(1), key.get(0));
    List<Float> mean = background.mean();
    Scalar fill =
        new Scalar(
            Math.rint(mean.get(2) * max),
            Math.rint(mean.get(1) * max),
            Math.rint(mean.get(0) * max));
    try (MatScope scope = new MatScope()) {
      Mat mask = scope.empty();
      Core.inRange(pixels, wanted, wanted, mask);
      Mat result = owner.empty();
      if (pixels.channels() == 1) {
        Imgproc.cvtColor(pixels, result, Imgproc.COLOR_GRAY2BGR);
      } else {
        pixels.copyTo(result);
      }
      result.setTo(fill, mask);
      return result;
    }
  }
}

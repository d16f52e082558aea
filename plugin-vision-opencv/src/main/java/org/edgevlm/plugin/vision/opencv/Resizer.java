package org.edgevlm.plugin.vision.opencv;

import org.edgevlm.spi.vision.Interpolation;
import org.opencv.core.Mat;
import org.opencv.core.Size;
import org.opencv.imgproc.Imgproc;

/**
 * Scales with OpenCV. Pixel centres lie at half-integer coordinates: pixel {@code i} of {@code n}
 * looks at {@code (i + 0.5) * source / n - 0.5} of the source, and the border is repeated.
 *
 * <ul>
 *   <li>nearest: {@code INTER_NEAREST_EXACT}; exactly between two pixels either may be taken;
 *   <li>bilinear: {@code INTER_LINEAR}, two samples an axis, so it aliases when shrinking by more
 *       than two;
 *   <li>bicubic: {@code INTER_CUBIC}, Keys' kernel with a = -0.75, four samples an axis, the same
 *       caveat;
 *   <li>area: {@code INTER_AREA} on axes that shrink, bilinear on axes that grow. OpenCV's own way
 *       for the latter has another pixel-centre convention, so the axes are done one by one there.
 * </ul>
 */
final class Resizer {

  private Resizer() {}

  /** The picture in another size: the given matrix where it has that size, else a new one. */
  static Mat resize(Mat source, int width, int height, Interpolation how, MatScope scope) {
    if (source.cols() == width && source.rows() == height) {
      return source;
    }
    return switch (how) {
      case NEAREST -> resize(source, width, height, Imgproc.INTER_NEAREST_EXACT, scope);
      case BILINEAR -> resize(source, width, height, Imgproc.INTER_LINEAR, scope);
      case BICUBIC -> resize(source, width, height, Imgproc.INTER_CUBIC, scope);
      case AREA -> area(source, width, height, scope);
    };
  }

  private static Mat area(Mat source, int width, int height, MatScope scope) {
    int smallWidth = Math.min(width, source.cols());
    int smallHeight = Math.min(height, source.rows());
    Mat small = source;
    if (smallWidth < source.cols() || smallHeight < source.rows()) {
      small = resize(source, smallWidth, smallHeight, Imgproc.INTER_AREA, scope);
    }
    if (smallWidth == width && smallHeight == height) {
      return small;
    }
    return resize(small, width, height, Imgproc.INTER_LINEAR, scope);
  }

  private static Mat resize(Mat source, int width, int height, int how, MatScope scope) {
    Mat result = scope.empty();
    Imgproc.resize(source, result, new Size(width, height), 0, 0, how);
    return result;
  }
}

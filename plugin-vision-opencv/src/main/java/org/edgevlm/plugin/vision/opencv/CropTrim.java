package org.edgevlm.plugin.vision.opencv;

import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;
import org.opencv.core.Mat;
import org.opencv.core.Rect;

/**
 * Cuts the ends off a long, thin picture of which a centre crop keeps the middle, so that a picture
 * of 1×16,000 pixels isn't blown up to 336×5,376,000. Done only where the scaled picture would have
 * more than {@value #MAX_SCALED} pixels; what remains is then {@value #KEEP} times as long as what
 * is needed, and its middle may lie half a pixel of the source beside the whole's.
 */
final class CropTrim {

  private static final long MAX_SCALED = 1L << 24;
  private static final int KEEP = 4;

  private CropTrim() {}

  /** The picture or the middle of it; the target's size is given as the pixels are stored. */
  static Mat apply(
      Mat stored, int targetWidth, int targetHeight, Preprocessing preprocessing, MatScope scope) {
    if (preprocessing.resize() != ResizeMethod.CENTER_CROP || !preprocessing.tiles().isEmpty()) {
      return stored;
    }
    int width = stored.cols();
    int height = stored.rows();
    double scale = Math.max((double) targetWidth / width, (double) targetHeight / height);
    if (scale <= 1 || scale * width * scale * height <= MAX_SCALED) {
      return stored;
    }
    int keepWidth = Math.min(width, (int) Math.ceil(KEEP * targetWidth / scale) + KEEP);
    int keepHeight = Math.min(height, (int) Math.ceil(KEEP * targetHeight / scale) + KEEP);
    int x = (width - keepWidth) / 2;
    int y = (height - keepHeight) / 2;
    return scope.own(new Mat(stored, new Rect(x, y, keepWidth, keepHeight)));
  }
}

package org.edgevlm.image;

import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;

/**
 * Cuts the ends off a long, thin picture of which a centre crop keeps the middle, so that a picture
 * of 1×16,000 pixels isn't blown up to 336×5,376,000. Done only where the scaled picture would have
 * more than {@value #MAX_SCALED} pixels; what remains is then {@value #KEEP} times as long as what
 * is needed, and its middle may lie half a pixel of the source beside the whole's.
 *
 * @param x left edge of what remains, in pixels of the picture as it is stored
 * @param y upper edge
 * @param width of what remains
 * @param height of what remains
 */
public record CropTrim(int x, int y, int width, int height) {

  private static final long MAX_SCALED = 1L << 24;
  private static final int KEEP = 4;

  /** The part of a picture that is worth scaling: nearly always all of it. */
  public static CropTrim of(EncodedImage image, Preprocessing preprocessing) {
    int width = image.width();
    int height = image.height();
    CropTrim whole = new CropTrim(0, 0, width, height);
    if (preprocessing.resize() != ResizeMethod.CENTER_CROP || !preprocessing.tiles().isEmpty()) {
      return whole;
    }
    int targetWidth = image.transposed() ? preprocessing.height() : preprocessing.width();
    int targetHeight = image.transposed() ? preprocessing.width() : preprocessing.height();
    double scale = Math.max((double) targetWidth / width, (double) targetHeight / height);
    if (scale <= 1 || scale * width * scale * height <= MAX_SCALED) {
      return whole;
    }
    int keepWidth = Math.min(width, (int) Math.ceil(KEEP * targetWidth / scale) + KEEP);
    int keepHeight = Math.min(height, (int) Math.ceil(KEEP * targetHeight / scale) + KEEP);
    return new CropTrim((width - keepWidth) / 2, (height - keepHeight) / 2, keepWidth, keepHeight);
  }

  /** Whether nothing of a picture is cut off. */
  public boolean isWhole(EncodedImage image) {
    return width == image.width() && height == image.height();
  }
}

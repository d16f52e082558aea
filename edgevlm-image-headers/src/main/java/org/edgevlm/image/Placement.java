package org.edgevlm.image;

import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.Tile;

/**
 * Where an upright picture goes: it is scaled, a window is taken, and that is put into the result.
 *
 * @param scaledWidth of the whole picture
 * @param scaledHeight of the whole picture
 * @param fromX left edge of the window in the scaled picture
 * @param fromY upper edge of the window
 * @param toX left edge of the window in the result
 * @param toY upper edge in the result
 * @param width of the window
 * @param height of the window
 */
public record Placement(
    int scaledWidth,
    int scaledHeight,
    int fromX,
    int fromY,
    int toX,
    int toY,
    int width,
    int height) {

  /** Tiles of a larger picture than that are a mistake of who asks for them. */
  private static final long MAX_SCALED = 1L << 28;

  /** One tile. */
  public static Placement of(Tile tile, Preprocessing target) {
    if ((long) tile.scaledWidth() * tile.scaledHeight() > MAX_SCALED) {
      throw new IllegalArgumentException(tile + " takes too much memory");
    }
    return new Placement(
        tile.scaledWidth(),
        tile.scaledHeight(),
        tile.x(),
        tile.y(),
        0,
        0,
        target.width(),
        target.height());
  }

  /** A picture of this size as a whole. */
  public static Placement of(int width, int height, Preprocessing target) {
    int targetWidth = target.width();
    int targetHeight = target.height();
    // Compares the aspect ratios width / height without rounding.
    boolean wider = (long) width * targetHeight > (long) height * targetWidth;
    return switch (target.resize()) {
      case STRETCH ->
          new Placement(targetWidth, targetHeight, 0, 0, 0, 0, targetWidth, targetHeight);
      case LETTERBOX -> {
        int w = wider ? targetWidth : Math.min(targetWidth, scale(width, targetHeight, height));
        int h = wider ? Math.min(targetHeight, scale(height, targetWidth, width)) : targetHeight;
        yield new Placement(w, h, 0, 0, (targetWidth - w) / 2, (targetHeight - h) / 2, w, h);
      }
      case CENTER_CROP -> {
        int w = wider ? Math.max(targetWidth, scale(width, targetHeight, height)) : targetWidth;
        int h = wider ? targetHeight : Math.max(targetHeight, scale(height, targetWidth, width));
        int x = (w - targetWidth) / 2;
        int y = (h - targetHeight) / 2;
        yield new Placement(w, h, x, y, 0, 0, targetWidth, targetHeight);
      }
    };
  }

  /** {@code length * numerator / denominator}, rounded half up, at least 1. */
  private static int scale(int length, int numerator, int denominator) {
    long scaled = (2L * length * numerator + denominator) / (2L * denominator);
    return (int) Math.max(1, Math.min(scaled, Integer.MAX_VALUE));
  }

  /** Whether two placements scale the picture to the same size. */
  public boolean scalesLike(Placement other) {
    return other != null && scaledWidth == other.scaledWidth && scaledHeight == other.scaledHeight;
  }
}

package com.example.png;

import java.util.List;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.Tile;

/**
 * Where an upright picture goes: it is scaled, a window of it is taken, and that is put into the
 * result.
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
record Placement(
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

  /** One for each tile, or one for the picture as a whole. */
  static List<Placement> of(int width, int height, Preprocessing target) {
    int w = target.width();
    int h = target.height();
    if (!target.tiles().isEmpty()) {
      return target.tiles().stream().map(tile -> of(tile, w, h)).toList();
    }
    double across = (double) w / width;
    double down = (double) h / height;
    return List.of(
        switch (target.resize()) {
          case STRETCH -> centred(w, h, w, h);
          case LETTERBOX -> scaled(width, height, Math.min(across, down), w, h);
          case CENTER_CROP -> scaled(width, height, Math.max(across, down), w, h);
        });
  }

  private static Placement of(Tile tile, int w, int h) {
    if ((long) tile.scaledWidth() * tile.scaledHeight() > MAX_SCALED) {
      throw new IllegalArgumentException(tile + " scales the picture to over 2^28 pixels");
    }
    return new Placement(tile.scaledWidth(), tile.scaledHeight(), tile.x(), tile.y(), 0, 0, w, h);
  }

  private static Placement scaled(int width, int height, double scale, int w, int h) {
    return centred(
        (int) Math.max(1, Math.round(width * scale)),
        (int) Math.max(1, Math.round(height * scale)),
        w,
        h);
  }

  /** In the middle of the result; what sticks out is cut off. */
  private static Placement centred(int scaledWidth, int scaledHeight, int w, int h) {
    return new Placement(
        scaledWidth,
        scaledHeight,
        Math.max(0, (scaledWidth - w) / 2),
        Math.max(0, (scaledHeight - h) / 2),
        Math.max(0, (w - scaledWidth) / 2),
        Math.max(0, (h - scaledHeight) / 2),
        Math.min(scaledWidth, w),
        Math.min(scaledHeight, h));
  }
}

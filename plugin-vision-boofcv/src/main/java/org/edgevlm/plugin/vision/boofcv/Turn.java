package org.edgevlm.plugin.vision.boofcv;

import boofcv.struct.image.GrayU8;

/**
 * Where the pixels of an upright picture lie in the stored one, by EXIF's eight orientations: that
 * of column {@code u} and row {@code v} is at {@code start + u * across + v * down}.
 */
record Turn(int start, int across, int down) {

  /**
   * The way through a picture.
   *
   * @param orientation 1 to 8
   * @param stored the picture, which may be a part of a larger one
   */
  static Turn of(int orientation, GrayU8 stored) {
    int width = stored.stride;
    int start = stored.startIndex;
    int right = start + stored.width - 1;
    int bottom = start + (stored.height - 1) * width;
    int last = bottom + stored.width - 1;
    return switch (orientation) {
      case 1 -> new Turn(start, 1, width);
      case 2 -> new Turn(right, -1, width);
      case 3 -> new Turn(last, -1, -width);
      case 4 -> new Turn(bottom, 1, -width);
      case 5 -> new Turn(start, width, 1);
      case 6 -> new Turn(bottom, -width, 1);
      case 7 -> new Turn(last, -width, -1);
      case 8 -> new Turn(right, width, -1);
      default -> throw new IllegalArgumentException("orientation " + orientation);
    };
  }

  /** The index of the upright picture's pixel. */
  int at(int u, int v) {
    return start + u * across + v * down;
  }
}

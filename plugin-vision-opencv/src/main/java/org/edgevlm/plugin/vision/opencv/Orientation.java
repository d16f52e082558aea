package org.edgevlm.plugin.vision.opencv;

import org.opencv.core.Core;
import org.opencv.core.Mat;

/** Turns stored pixels upright, by EXIF's eight orientations. */
final class Orientation {

  private static final int UPRIGHT = 1;
  private static final int UPSIDE_DOWN = 0;
  private static final int MIRROR = 1;
  private static final int BOTH = -1;

  private Orientation() {}

  /** The upright picture: the given matrix where nothing is to be done, else a new one. */
  static Mat apply(Mat stored, int orientation, MatScope scope) {
    if (orientation == UPRIGHT) {
      return stored;
    }
    Mat upright = scope.empty();
    switch (orientation) {
      case 2 -> Core.flip(stored, upright, MIRROR);
      case 3 -> Core.flip(stored, upright, BOTH);
      case 4 -> Core.flip(stored, upright, UPSIDE_DOWN);
      case 5 -> Core.transpose(stored, upright);
      case 6 -> Core.rotate(stored, upright, Core.ROTATE_90_CLOCKWISE);
      case 7 -> {
        Mat transposed = scope.empty();
        Core.transpose(stored, transposed);
        Core.flip(transposed, upright, BOTH);
      }
      case 8 -> Core.rotate(stored, upright, Core.ROTATE_90_COUNTERCLOCKWISE);
      default -> throw new IllegalArgumentException("orientation " + orientation);
    }
    return upright;
  }
}

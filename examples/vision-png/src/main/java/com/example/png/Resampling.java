package com.example.png;

import org.edgevlm.spi.vision.Interpolation;

/**
 * How the pixels of one axis are made from the source's: pixel {@code i} is the sum of the source's
 * pixels from {@code first[i]} on, each times its share. Pixel centres are at half-integer
 * coordinates, and beyond the edge the last pixel goes on.
 */
record Resampling(int[] first, float[][] shares) {

  /** The cubic of Keys (1981) with the parameter that OpenCV and PyTorch take. */
  private static final double KEYS = -0.75;

  /**
   * A window of an axis.
   *
   * @param from pixels of the source
   * @param to pixels that the whole source is scaled to
   * @param offset where the window begins
   * @param count pixels of the window
   */
  static Resampling of(int from, int to, int offset, int count, Interpolation how) {
    int[] first = new int[count];
    float[][] shares = new float[count][];
    double scale = (double) from / to;
    for (int i = 0; i < count; i++) {
      double start = (offset + i) * scale;
      double centre = (offset + i + 0.5) * scale;
      if (how == Interpolation.NEAREST) {
        first[i] = clamp((int) Math.floor(centre), from);
        shares[i] = new float[] {1};
      } else if (how == Interpolation.AREA && scale > 1) {
        double end = Math.min(from, start + scale);
        first[i] = clamp((int) Math.floor(start), from);
        shares[i] = new float[Math.max(1, (int) Math.ceil(end) - first[i])];
        for (int j = 0; j < shares[i].length; j++) {
          double left = Math.max(start, first[i] + j);
          double right = Math.min(end, first[i] + j + 1);
          shares[i][j] = (float) ((right - left) / (end - start));
        }
      } else {
        int reach = how == Interpolation.BICUBIC ? 2 : 1;
        int base = (int) Math.floor(centre - 0.5) - reach + 1;
        first[i] = clamp(base, from);
        shares[i] = new float[clamp(base + 2 * reach - 1, from) - first[i] + 1];
        for (int j = base; j < base + 2 * reach; j++) {
          double distance = Math.abs(centre - 0.5 - j);
          shares[i][clamp(j, from) - first[i]] += (float) share(distance, reach);
        }
      }
    }
    return new Resampling(first, shares);
  }

  private static double share(double d, int reach) {
    if (reach == 1) {
      return Math.max(0, 1 - d);
    }
    return d <= 1
        ? ((KEYS + 2) * d - (KEYS + 3)) * d * d + 1
        : ((KEYS * d - 5 * KEYS) * d + 8 * KEYS) * d - 4 * KEYS;
  }

  private static int clamp(int index, int size) {
    return Math.max(0, Math.min(size - 1, index));
  }

  /** The share that one of the source's pixels has in pixel {@code i}. */
  float share(int i, int source) {
    int at = source - first[i];
    return at >= 0 && at < shares[i].length ? shares[i][at] : 0;
  }

  /** Pixels that this makes. */
  int length() {
    return first.length;
  }
}

package org.edgevlm.plugin.vision.boofcv;

/**
 * From luma and chroma to red, green and blue (JFIF 1.02, ITU-R BT.601 with full range), in fixed
 * point of 16 bits and with the factors and the rounding that libjpeg has made everybody's.
 */
final class LumaChroma {

  private static final int SHIFT = 16;
  private static final int HALF = 1 << SHIFT - 1;
  private static final int CR_RED = fixed(1.402);
  private static final int CB_BLUE = fixed(1.772);
  private static final int CB_GREEN = fixed(0.34414);
  private static final int CR_GREEN = fixed(0.71414);

  private LumaChroma() {}

  private static int fixed(double factor) {
    return (int) (factor * (1 << SHIFT) + 0.5);
  }

  static int red(int luma, int cr) {
    return clamp(luma + (CR_RED * cr + HALF >> SHIFT));
  }

  static int green(int luma, int cb, int cr) {
    return clamp(luma + (HALF - CB_GREEN * cb - CR_GREEN * cr >> SHIFT));
  }

  static int blue(int luma, int cb) {
    return clamp(luma + (CB_BLUE * cb + HALF >> SHIFT));
  }

  private static int clamp(int value) {
    return Math.max(0, Math.min(255, value));
  }
}

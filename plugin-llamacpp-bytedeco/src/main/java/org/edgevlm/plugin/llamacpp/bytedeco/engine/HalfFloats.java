package org.edgevlm.plugin.llamacpp.bytedeco.engine;

/** Conversions of IEEE 754 half precision, which Java 17 has none of. */
final class HalfFloats {

  /** Minus infinity, which masks an entry. */
  static final short MINUS_INFINITY = (short) 0xFC00;

  private HalfFloats() {}

  /** A half as a float; exact. */
  static float toFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >> 10) & 0x1F;
    int fraction = half & 0x3FF;
    if (exponent == 0x1F) {
      return Float.intBitsToFloat(sign | 0x7F800000 | fraction << 13);
    }
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    return Float.intBitsToFloat(sign | (exponent + 112) << 23 | fraction << 13);
  }
}

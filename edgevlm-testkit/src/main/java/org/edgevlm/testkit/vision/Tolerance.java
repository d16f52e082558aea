package org.edgevlm.testkit.vision;

import org.edgevlm.spi.vision.Interpolation;

/** How far a sample may be from the reference, in levels of 255, and why. */
public final class Tolerance {

  /** A lossless format in its own size: nothing but the arithmetic of normalisation. */
  public static final double EXACT = 0.001;

  /** One rounding to 8 bits, as where alpha is laid over a colour. */
  public static final double ROUNDED = 0.501;

  /**
   * Two JPEG decoders: T.81 leaves the inverse DCT a level, chroma may be interpolated or repeated,
   * and the conversion to colours rounds once more.
   */
  public static final double JPEG = 4;

  /** A grey JPEG has no chroma: the inverse DCT is left. */
  public static final double GREY_JPEG = 2;

  /** What quality 100 with subsampled chroma loses of a smooth picture, and the decoder's share. */
  public static final double LOSSY_WEBP = 8;

  /**
   * The mean of all samples' differences between two decoders of a lossy WebP whose colours change
   * from pixel to pixel: a decoder that repeats chroma where another one interpolates it measures
   * 6.3 there, at a mean difference of 0.6 in luma; one that predicts wrongly dozens.
   */
  public static final double LOSSY_WEBP_MEAN = 8;

  private Tolerance() {}

  /**
   * Of scaling. A plugin rounds to 8 bits (0.5). Weights of 11 bits an axis, as OpenCV's are, add
   * up to 255 / 4096 for each of 2 or 4 taps. Area with an axis that grows rounds twice.
   */
  public static double of(Interpolation how) {
    return switch (how) {
      case NEAREST -> EXACT;
      case BILINEAR -> 1;
      case BICUBIC, AREA -> 1.1;
    };
  }
}

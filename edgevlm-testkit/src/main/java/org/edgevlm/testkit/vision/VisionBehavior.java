package org.edgevlm.testkit.vision;

import org.edgevlm.spi.vision.ImageFormat;

/**
 * What a vision processor may lack. All of it is expected unless {@link
 * VisionProcessorContract#lacks} says otherwise, and what is lacking has to be refused as {@link
 * org.edgevlm.spi.vision.ImageException.Reason#UNSUPPORTED}. Everything else is a must, PNG of 8
 * bits among it: it carries the pictures of the other rules.
 */
public enum VisionBehavior {
  /** Baseline JPEG, grey and colour. */
  JPEG(ImageFormat.JPEG),
  /** JPEG whose coefficients come in several scans. */
  PROGRESSIVE_JPEG(ImageFormat.JPEG),
  /** JPEG of four components, as Adobe writes them. */
  CMYK_JPEG(ImageFormat.JPEG),
  /** PNG with samples of 16 bits. */
  WIDE_PNG(ImageFormat.PNG),
  /** PNG in Adam7's seven passes. */
  INTERLACED_PNG(ImageFormat.PNG),
  /** WebP with VP8L data. */
  LOSSLESS_WEBP(ImageFormat.WEBP),
  /** WebP with VP8 data. */
  LOSSY_WEBP(ImageFormat.WEBP),
  /** WebP with VP8 data and an alpha channel. */
  LOSSY_WEBP_ALPHA(ImageFormat.WEBP),
  /** Bitmaps without compression. */
  BMP(ImageFormat.BMP),
  /** Run-length encoded bitmaps. */
  BMP_RUNS(ImageFormat.BMP);

  private final ImageFormat format;

  VisionBehavior(ImageFormat format) {
    this.format = format;
  }

  /** The format that it is a variant of. */
  public ImageFormat format() {
    return format;
  }
}

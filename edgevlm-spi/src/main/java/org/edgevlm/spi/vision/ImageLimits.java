package org.edgevlm.spi.vision;

import org.edgevlm.spi.Api;

/**
 * The largest image that is decoded; checked against the header before a decoder allocates.
 *
 * @param maxBytes encoded size
 * @param maxSide width or height in pixels
 * @param maxPixels width times height
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record ImageLimits(long maxBytes, int maxSide, long maxPixels) {

  /** 32 MiB, 16,384 pixels a side, 64 megapixels. */
  public static final ImageLimits DEFAULT = new ImageLimits(32L << 20, 16_384, 64_000_000L);

  public ImageLimits {
    if (maxBytes < 1 || maxSide < 1 || maxPixels < 1) {
      throw new IllegalArgumentException("limits must be positive");
    }
  }

  /**
   * Refuses what is larger.
   *
   * @throws ImageException with {@link ImageException.Reason#TOO_LARGE}, naming the limit
   */
  public void check(ImageHeader header, long encodedBytes) {
    if (encodedBytes > maxBytes) {
      throw tooLarge(encodedBytes + " bytes, the limit is " + maxBytes);
    }
    if (header.width() > maxSide || header.height() > maxSide) {
      throw tooLarge(
          header.width() + "×" + header.height() + " pixels, the limit is " + maxSide + " a side");
    }
    if ((long) header.width() * header.height() > maxPixels) {
      throw tooLarge(
          header.width()
              + "×"
              + header.height()
              + " pixels, the limit is "
              + maxPixels
              + " in all");
    }
  }

  private static ImageException tooLarge(String what) {
    return new ImageException(ImageException.Reason.TOO_LARGE, "the image has " + what);
  }
}

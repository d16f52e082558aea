package org.edgevlm.image;

import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageException.Reason;

/**
 * The largest picture that a decoder takes, whatever the configured limits say.
 *
 * @param decoder its name, for the message
 * @param maxSide width or height in pixels, as stored
 * @param maxPixels width times height
 */
public record DecoderLimits(String decoder, int maxSide, long maxPixels) {

  /**
   * Refuses what is larger.
   *
   * @throws ImageException with {@link Reason#TOO_LARGE}
   */
  public void check(EncodedImage image) {
    if (image.width() > maxSide
        || image.height() > maxSide
        || (long) image.width() * image.height() > maxPixels) {
      throw new ImageException(
          Reason.TOO_LARGE,
          "the image has "
              + image.width()
              + "×"
              + image.height()
              + " pixels, "
              + decoder
              + " takes "
              + maxSide
              + " a side and "
              + maxPixels
              + " in all");
    }
  }
}

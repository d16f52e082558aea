package org.edgevlm.plugin.vision.opencv;

import java.util.List;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageException.Reason;
import org.edgevlm.spi.vision.ImageFormat;
import org.edgevlm.spi.vision.ImageHeader;

/**
 * What a file's header says, with what decoding needs to know.
 *
 * @param format the file format
 * @param width pixels as stored, before the orientation is applied
 * @param height pixels as stored
 * @param orientation EXIF orientation, 1 to 8
 * @param alpha whether to decode an alpha channel (kept from formats where it is only filler)
 * @param colorKey PNG: the one grey value or the red, green and blue that mean transparent, in the
 *     decoded depth; empty where there is none
 * @param sampleBits BMP: the bits of blue, green and red where they aren't 8; else empty
 */
record EncodedImage(
    ImageFormat format,
    int width,
    int height,
    int orientation,
    boolean alpha,
    List<Integer> colorKey,
    List<Integer> sampleBits) {

  /**
   * OpenCV's nearest-neighbour resize counts in 16.16 fixed point, which is right below 32,768
   * pixels a side; its decoders stop at 2^30 pixels.
   */
  private static final int MAX_SIDE = 32_767;

  private static final long MAX_PIXELS = 1L << 30;

  EncodedImage {
    if (width < 1 || height < 1) {
      throw Bytes.corrupt("its header says " + width + "×" + height + " pixels");
    }
  }

  /** An image without any of the rarer features. */
  static EncodedImage plain(
      ImageFormat format, int width, int height, int orientation, boolean alpha) {
    return new EncodedImage(format, width, height, orientation, alpha, List.of(), List.of());
  }

  /** Whether the orientation swaps width and height. */
  boolean transposed() {
    return orientation >= 5;
  }

  /** The header as the SPI reports it. */
  ImageHeader header() {
    return new ImageHeader(
        format, transposed() ? height : width, transposed() ? width : height, orientation);
  }

  /**
   * Refuses what OpenCV can't take, whatever the configured limits say.
   *
   * @throws ImageException with {@link Reason#TOO_LARGE}
   */
  void checkDecodable() {
    if (width > MAX_SIDE || height > MAX_SIDE || (long) width * height > MAX_PIXELS) {
      throw new ImageException(
          Reason.TOO_LARGE,
          "the image has "
              + width
              + "×"
              + height
              + " pixels, OpenCV takes "
              + MAX_SIDE
              + " a side and "
              + MAX_PIXELS
              + " in all");
    }
  }
}

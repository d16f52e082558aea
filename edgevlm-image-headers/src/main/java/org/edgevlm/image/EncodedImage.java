package org.edgevlm.image;

import java.util.List;
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
public record EncodedImage(
    ImageFormat format,
    int width,
    int height,
    int orientation,
    boolean alpha,
    List<Integer> colorKey,
    List<Integer> sampleBits) {

  /** Refuses a size that is not positive. */
  public EncodedImage {
    colorKey = List.copyOf(colorKey);
    sampleBits = List.copyOf(sampleBits);
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
  public boolean transposed() {
    return orientation >= 5;
  }

  /** The header as the SPI reports it. */
  public ImageHeader header() {
    return new ImageHeader(
        format, transposed() ? height : width, transposed() ? width : height, orientation);
  }
}

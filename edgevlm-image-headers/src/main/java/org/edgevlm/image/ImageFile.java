package org.edgevlm.image;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageHeader;
import org.edgevlm.spi.vision.ImageLimits;

/**
 * A file of one of the supported formats, whose header was read.
 *
 * @param bytes all of it
 * @param image what its header says
 */
public record ImageFile(Bytes bytes, EncodedImage image) {

  /** Checks that the components are there. */
  public ImageFile {
    Objects.requireNonNull(bytes, "bytes");
    Objects.requireNonNull(image, "image");
  }

  /**
   * Reads a file's header, and allocates nothing by what it says.
   *
   * @param encoded the file, from position to limit; neither is changed
   * @throws ImageException if it isn't of a supported format, or its header is broken
   */
  public static ImageFile of(ByteBuffer encoded) {
    Bytes bytes = new Bytes(encoded);
    return new ImageFile(bytes, FileFormat.of(bytes).parse(bytes));
  }

  /**
   * Reads a file's header, applies the limits to it, and then checks that the file is complete as
   * far as its structure and check sums tell. What passes may be given to a decoder.
   *
   * @param encoded the file, from position to limit; neither is changed
   * @param limits those that are configured
   * @param decoder what the decoder can take, whatever is configured
   * @throws ImageException if it can't be used
   */
  public static ImageFile checked(ByteBuffer encoded, ImageLimits limits, DecoderLimits decoder) {
    ImageFile file = of(encoded);
    limits.check(file.header(), file.bytes.length());
    decoder.check(file.image);
    FileFormat.of(file.bytes).verify(file.bytes);
    return file;
  }

  /** The header as the SPI reports it. */
  public ImageHeader header() {
    return image.header();
  }
}

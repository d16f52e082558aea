package org.edgevlm.image;

import java.util.List;
import org.edgevlm.spi.vision.ImageException;

/**
 * What is known of a file format without decoding pixels. Decoders trust headers and fill up what
 * is missing, so both are checked here first.
 */
interface FileFormat {

  /** Every format there is. */
  List<FileFormat> ALL =
      List.of(new JpegFormat(), new PngFormat(), new WebpFormat(), new BmpFormat());

  /** The format by its first bytes. */
  static FileFormat of(Bytes bytes) {
    if (bytes.length() == 0) {
      throw Bytes.corrupt("the file is empty");
    }
    return ALL.stream()
        .filter(format -> format.matches(bytes))
        .findFirst()
        .orElseThrow(() -> Bytes.unsupported(Signatures.describe(bytes)));
  }

  /** Whether a file begins like one of this format. */
  boolean matches(Bytes bytes);

  /**
   * Reads the header; allocates nothing by what it says.
   *
   * @throws ImageException if it is broken or of a variant that isn't supported
   */
  EncodedImage parse(Bytes bytes);

  /**
   * Checks that the file is complete, as far as its structure and check sums tell. To be called
   * after {@link #parse} and after the limits were checked: it reads the whole file.
   *
   * @throws ImageException if it isn't
   */
  void verify(Bytes bytes);
}

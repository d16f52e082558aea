package org.edgevlm.testkit.vision;

import static org.edgevlm.testkit.vision.Pictures.ascii;
import static org.edgevlm.testkit.vision.Pictures.concat;
import static org.edgevlm.testkit.vision.Pictures.le16;
import static org.edgevlm.testkit.vision.Pictures.le32;

/** Writes BMP files field by field: any layout, and broken ones. */
public final class BmpWriter {

  private BmpWriter() {}

  /**
   * A file with a header of 40 bytes.
   *
   * @param colors the header's count of palette entries
   * @param beforeData palette or masks
   */
  public static byte[] file(
      long width,
      long height,
      int bits,
      int compression,
      long colors,
      byte[] beforeData,
      byte[] data) {
    return withHeader(40, width, height, bits, compression, colors, beforeData, data);
  }

  /** The same with a longer header, whose further fields begin {@code beforeData}. */
  public static byte[] withHeader(
      int headerSize,
      long width,
      long height,
      int bits,
      int compression,
      long colors,
      byte[] beforeData,
      byte[] data) {
    int offset = 54 + beforeData.length;
    return concat(
        ascii("BM"),
        le32(offset + data.length),
        le32(0),
        le32(offset),
        le32(headerSize),
        le32(width),
        le32(height),
        le16(1),
        le16(bits),
        le32(compression),
        le32(data.length),
        le32(2835),
        le32(2835),
        le32(colors),
        le32(0),
        beforeData,
        data);
  }
}

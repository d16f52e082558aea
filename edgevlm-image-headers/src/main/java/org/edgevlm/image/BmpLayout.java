package org.edgevlm.image;

import java.util.Set;

/**
 * How the pixels of a Windows or OS/2 bitmap lie in its file.
 *
 * @param headerSize of the second header; the first one has {@value #FILE_HEADER} bytes
 * @param width pixels
 * @param lines pixels
 * @param topDown whether the uppermost line comes first
 * @param bits of a pixel: 1, 4, 8, 16, 24 or 32
 * @param compression how the pixels are packed
 * @param colors entries of the palette; without meaning for more than 8 bits
 * @param pixels offset of the first line
 */
public record BmpLayout(
    int headerSize,
    int width,
    int lines,
    boolean topDown,
    int bits,
    int compression,
    int colors,
    long pixels) {

  /** Bytes of the first header. */
  public static final int FILE_HEADER = 14;

  private static final int CORE_HEADER = 12;
  private static final Set<Integer> HEADERS = Set.of(CORE_HEADER, 40, 52, 56, 108, 124);

  private static final int UNCOMPRESSED = 0;
  private static final int RLE8 = 1;
  private static final int RLE4 = 2;
  private static final int BIT_FIELDS = 3;

  /**
   * Reads the headers.
   *
   * @throws org.edgevlm.spi.vision.ImageException if they are broken or of a kind that isn't
   *     supported
   */
  public static BmpLayout of(Bytes bytes) {
    bytes.require(0, FILE_HEADER + CORE_HEADER);
    long headerSize = bytes.u32le(14);
    if (headerSize > bytes.length() || !HEADERS.contains((int) headerSize)) {
      throw Bytes.unsupported("a BMP with a header of " + headerSize + " bytes");
    }
    bytes.require(FILE_HEADER, headerSize);
    boolean core = headerSize == CORE_HEADER;
    long width = core ? bytes.u16le(18) : (int) bytes.u32le(18);
    long height = core ? bytes.u16le(20) : (int) bytes.u32le(22);
    int planes = core ? bytes.u16le(22) : bytes.u16le(26);
    int bits = core ? bytes.u16le(24) : bytes.u16le(28);
    long compression = core ? UNCOMPRESSED : bytes.u32le(30);
    long colors = core ? 0 : bytes.u32le(46);
    long data = bytes.u32le(10);
    if (width < 1 || height == 0 || height == Integer.MIN_VALUE || planes != 1) {
      throw Bytes.corrupt(
          "its BMP header says " + width + "×" + height + " pixels in " + planes + " planes");
    }
    boolean fits =
        switch (bits) {
          case 1, 24 -> compression == UNCOMPRESSED;
          case 4 -> compression == UNCOMPRESSED || compression == RLE4;
          case 8 -> compression == UNCOMPRESSED || compression == RLE8;
          case 16, 32 -> compression == UNCOMPRESSED || compression == BIT_FIELDS;
          default -> false;
        };
    if (!fits) {
      throw Bytes.unsupported("a BMP of " + bits + " bits with compression " + compression);
    }
    if (bits <= 8 && colors > 1L << bits) {
      throw Bytes.corrupt("a BMP palette of " + colors + " colours for " + bits + " bits");
    }
    if (height < 0 && (compression == RLE8 || compression == RLE4)) {
      throw Bytes.corrupt("a run-length encoded BMP can't be stored top-down");
    }
    return new BmpLayout(
        (int) headerSize,
        (int) width,
        (int) Math.abs(height),
        height < 0,
        bits,
        (int) compression,
        colors == 0 && bits <= 8 ? 1 << bits : (int) colors,
        data);
  }

  /** Whether pixels are numbers of colours. */
  public boolean palette() {
    return bits <= 8;
  }

  /** Whether lines are run-length encoded. */
  public boolean runs() {
    return compression == RLE8 || compression == RLE4;
  }

  /** Whether masks say which bits are red, green and blue. */
  boolean bitFields() {
    return compression == BIT_FIELDS;
  }

  /** Offset of the palette. */
  public int paletteStart() {
    return FILE_HEADER + headerSize;
  }

  /** Bytes of one colour of the palette: blue, green, red, and in newer files one more. */
  public int paletteEntry() {
    return headerSize == CORE_HEADER ? 3 : 4;
  }

  /** Bytes of one line where there are no runs. */
  public long stride() {
    return ((long) width * bits + 31) / 32 * 4;
  }
}

package org.edgevlm.plugin.vision.opencv;

import java.util.List;
import java.util.Set;
import org.edgevlm.spi.vision.ImageFormat;

/**
 * Windows and OS/2 bitmaps of 1, 4, 8, 16, 24 and 32 bits, run-length encoded ones too. The fourth
 * byte of 32 bits is alpha only where the header has a mask for it.
 */
final class BmpFormat implements FileFormat {

  private static final int CORE_HEADER = 12;
  private static final Set<Integer> HEADERS = Set.of(CORE_HEADER, 40, 52, 56, 108, 124);
  private static final int FILE_HEADER = 14;

  private static final int UNCOMPRESSED = 0;
  private static final int RLE8 = 1;
  private static final int RLE4 = 2;
  private static final int BIT_FIELDS = 3;

  /** Blue, green, red of 16-bit pixels. */
  private static final List<Integer> BITS_555 = List.of(5, 5, 5);

  private static final List<Integer> BITS_565 = List.of(5, 6, 5);

  private record Layout(
      int headerSize, long width, long height, int bits, int compression, long colors, long data) {

    boolean palette() {
      return bits <= 8;
    }

    int paletteEntry() {
      return headerSize == CORE_HEADER ? 3 : 4;
    }
  }

  @Override
  public boolean matches(Bytes bytes) {
    return bytes.has(0, "BM");
  }

  @Override
  public EncodedImage parse(Bytes bytes) {
    Layout layout = layout(bytes);
    boolean alpha = false;
    List<Integer> sampleBits = List.of();
    if (layout.bits() == 16) {
      sampleBits = layout.compression() == BIT_FIELDS ? masks16(bytes) : BITS_555;
    } else if (layout.compression() == BIT_FIELDS) {
      alpha = alphaOf32(bytes, layout.headerSize());
    }
    return new EncodedImage(
        ImageFormat.BMP,
        (int) layout.width(),
        (int) Math.abs(layout.height()),
        ExifOrientation.UPRIGHT,
        alpha,
        List.of(),
        sampleBits);
  }

  private static Layout layout(Bytes bytes) {
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
    return new Layout((int) headerSize, width, height, bits, (int) compression, colors, data);
  }

  private static List<Integer> masks16(Bytes bytes) {
    if (hasMasks(bytes, 0x7c00, 0x3e0, 0x1f)) {
      return BITS_555;
    }
    if (hasMasks(bytes, 0xf800, 0x7e0, 0x1f)) {
      return BITS_565;
    }
    throw Bytes.unsupported("a BMP with unusual colour masks");
  }

  private static boolean alphaOf32(Bytes bytes, int headerSize) {
    long alphaMask = headerSize >= 56 ? bytes.u32le(66) : 0;
    if (!hasMasks(bytes, 0xff0000, 0xff00, 0xff) || alphaMask != 0 && alphaMask != 0xff000000L) {
      throw Bytes.unsupported("a BMP with unusual colour masks");
    }
    return alphaMask != 0;
  }

  /** The masks of red, green and blue come right after the 40 bytes of the first header version. */
  private static boolean hasMasks(Bytes bytes, long red, long green, long blue) {
    return bytes.u32le(54) == red && bytes.u32le(58) == green && bytes.u32le(62) == blue;
  }

  @Override
  public void verify(Bytes bytes) {
    Layout layout = layout(bytes);
    long headers = FILE_HEADER + layout.headerSize();
    if (layout.palette()) {
      long colors = layout.colors() == 0 ? 1L << layout.bits() : layout.colors();
      headers += colors * layout.paletteEntry();
    } else if (layout.compression() == BIT_FIELDS && layout.headerSize() == 40) {
      headers += 12;
    }
    if (layout.data() < headers && !layout.palette()
        || layout.data() < FILE_HEADER + layout.headerSize()) {
      throw Bytes.corrupt("the BMP's pixels begin inside its header");
    }
    bytes.require(0, headers);
    if (layout.compression() == RLE8 || layout.compression() == RLE4) {
      new BmpRuns(bytes, (int) layout.width(), (int) layout.height(), layout.bits())
          .check(layout.data());
    } else {
      long stride = (layout.width() * layout.bits() + 31) / 32 * 4;
      // Height is an int and stride below 2^34, so this can't overflow.
      bytes.require(layout.data(), stride * Math.abs(layout.height()));
    }
  }
}

package org.edgevlm.image;

import java.util.List;
import org.edgevlm.spi.vision.ImageFormat;

/**
 * Windows and OS/2 bitmaps of 1, 4, 8, 16, 24 and 32 bits, run-length encoded ones too. The fourth
 * byte of 32 bits is alpha only where the header has a mask for it.
 */
final class BmpFormat implements FileFormat {

  /** Blue, green, red of 16-bit pixels. */
  private static final List<Integer> BITS_555 = List.of(5, 5, 5);

  private static final List<Integer> BITS_565 = List.of(5, 6, 5);

  @Override
  public boolean matches(Bytes bytes) {
    return bytes.has(0, "BM");
  }

  @Override
  public EncodedImage parse(Bytes bytes) {
    BmpLayout layout = BmpLayout.of(bytes);
    boolean alpha = false;
    List<Integer> sampleBits = List.of();
    if (layout.bits() == 16) {
      sampleBits = layout.bitFields() ? masks16(bytes) : BITS_555;
    } else if (layout.bitFields()) {
      alpha = alphaOf32(bytes, layout.headerSize());
    }
    return new EncodedImage(
        ImageFormat.BMP,
        layout.width(),
        layout.lines(),
        ExifOrientation.UPRIGHT,
        alpha,
        List.of(),
        sampleBits);
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
    BmpLayout layout = BmpLayout.of(bytes);
    long headers = BmpLayout.FILE_HEADER + layout.headerSize();
    if (layout.palette()) {
      headers += (long) layout.colors() * layout.paletteEntry();
    } else if (layout.bitFields() && layout.headerSize() == 40) {
      headers += 12;
    }
    if (layout.pixels() < headers && !layout.palette()
        || layout.pixels() < BmpLayout.FILE_HEADER + layout.headerSize()) {
      throw Bytes.corrupt("the BMP's pixels begin inside its header");
    }
    bytes.require(0, headers);
    if (layout.runs()) {
      new BmpRuns(bytes, layout).read((x, y, value) -> {});
    } else {
      // Lines are an int and stride below 2^34, so this can't overflow.
      bytes.require(layout.pixels(), layout.stride() * layout.lines());
    }
  }
}

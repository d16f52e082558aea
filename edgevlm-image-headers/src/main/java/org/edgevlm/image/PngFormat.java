package org.edgevlm.image;

import java.util.List;
import org.edgevlm.spi.vision.ImageFormat;

/**
 * PNG (W3C PNG specification): all colour types and depths, interlaced or not. The default image of
 * an animated PNG is read. Every chunk's check sum is verified, also where a decoder would only
 * warn.
 */
final class PngFormat implements FileFormat {

  private static final String SIGNATURE = "\u0089PNG\r\n\u001a\n";

  /** Length, type and check sum around a chunk's data. */
  private static final int OVERHEAD = 12;

  private static final int GREY = 0;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int GREY_ALPHA = 4;
  private static final int RGB_ALPHA = 6;

  private record Chunk(long start, long length) {

    long data() {
      return start + 8;
    }

    long end() {
      return start + length + OVERHEAD;
    }
  }

  @Override
  public boolean matches(Bytes bytes) {
    return bytes.has(0, SIGNATURE);
  }

  @Override
  public EncodedImage parse(Bytes bytes) {
    Chunk header = chunk(bytes, SIGNATURE.length());
    if (!bytes.has(header.start() + 4, "IHDR") || header.length() != 13) {
      throw Bytes.corrupt("the first PNG chunk is no header");
    }
    checkSum(bytes, header);
    long width = bytes.u32be(header.data());
    long height = bytes.u32be(header.data() + 4);
    int depth = bytes.u8(header.data() + 8);
    int colorType = bytes.u8(header.data() + 9);
    if (width < 1 || height < 1 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
      throw Bytes.corrupt("its PNG header says " + width + "×" + height + " pixels");
    }
    if (!depthAllowed(colorType, depth)) {
      throw Bytes.corrupt("PNG colour type " + colorType + " with " + depth + " bits");
    }
    if (bytes.u8(header.data() + 10) != 0
        || bytes.u8(header.data() + 11) != 0
        || bytes.u8(header.data() + 12) > 1) {
      throw Bytes.corrupt("unknown PNG compression, filter or interlace method");
    }
    int orientation = ExifOrientation.UPRIGHT;
    List<Integer> colorKey = List.of();
    // Missing ends are verify's affair.
    for (long at = header.end(); at + OVERHEAD <= bytes.length(); ) {
      Chunk chunk = new Chunk(at, bytes.u32be(at));
      if (chunk.end() > bytes.length() || bytes.has(at + 4, "IEND")) {
        break;
      }
      if (bytes.has(at + 4, "eXIf")) {
        orientation = ExifOrientation.read(bytes, chunk.data(), chunk.length());
      } else if (bytes.has(at + 4, "tRNS")) {
        colorKey = colorKey(bytes, chunk, colorType, depth);
      }
      at = chunk.end();
    }
    return new EncodedImage(
        ImageFormat.PNG, (int) width, (int) height, orientation, true, colorKey, List.of());
  }

  private static boolean depthAllowed(int colorType, int depth) {
    return switch (colorType) {
      case GREY -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
      case PALETTE -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
      case RGB, GREY_ALPHA, RGB_ALPHA -> depth == 8 || depth == 16;
      default -> false;
    };
  }

  /** The transparent colour of an image without alpha channel; a palette's goes into its alpha. */
  private static List<Integer> colorKey(Bytes bytes, Chunk chunk, int colorType, int depth) {
    // The decoder spreads grey of less than 8 bits over 0 to 255.
    int scale = depth < 8 ? 255 / ((1 << depth) - 1) : 1;
    int mask = (1 << depth) - 1;
    if (colorType == GREY && chunk.length() == 2) {
      return List.of((bytes.u16be(chunk.data()) & mask) * scale);
    }
    if (colorType == RGB && chunk.length() == 6) {
      return List.of(
          bytes.u16be(chunk.data()) & mask,
          bytes.u16be(chunk.data() + 2) & mask,
          bytes.u16be(chunk.data() + 4) & mask);
    }
    return List.of();
  }

  @Override
  public void verify(Bytes bytes) {
    boolean pixels = false;
    boolean pixelsEnded = false;
    boolean palette = false;
    boolean paletteNeeded = bytes.u8(SIGNATURE.length() + 17) == PALETTE;
    for (long at = SIGNATURE.length(); ; ) {
      Chunk chunk = chunk(bytes, at);
      checkSum(bytes, chunk);
      if (bytes.has(at + 4, "IEND")) {
        break;
      }
      if (bytes.has(at + 4, "IDAT")) {
        if (pixelsEnded) {
          throw Bytes.corrupt("its PNG pixel chunks aren't together");
        }
        pixels = true;
      } else {
        pixelsEnded = pixels;
        palette |= bytes.has(at + 4, "PLTE");
      }
      at = chunk.end();
    }
    if (!pixels || paletteNeeded && !palette) {
      throw Bytes.corrupt(pixels ? "the PNG has no palette" : "the PNG has no pixels");
    }
  }

  private static Chunk chunk(Bytes bytes, long at) {
    Chunk chunk = new Chunk(at, bytes.u32be(at));
    bytes.require(at, chunk.length() + OVERHEAD);
    return chunk;
  }

  private static void checkSum(Bytes bytes, Chunk chunk) {
    if (bytes.crc32(chunk.start() + 4, chunk.length() + 4) != bytes.u32be(chunk.end() - 4)) {
      throw Bytes.corrupt("the check sum of the PNG chunk at byte " + chunk.start() + " is wrong");
    }
  }
}

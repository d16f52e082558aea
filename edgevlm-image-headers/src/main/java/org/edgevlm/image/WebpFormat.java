package org.edgevlm.image;

import org.edgevlm.spi.vision.ImageFormat;

/** WebP (RFC 9649): lossy, lossless and extended files with one frame. */
final class WebpFormat implements FileFormat {

  private static final int ANIMATION = 0x02;
  private static final int FIRST_CHUNK = 12;
  private static final int MAX_CHUNKS = 10_000;

  @Override
  public boolean matches(Bytes bytes) {
    return bytes.has(0, "RIFF") && bytes.has(8, "WEBP");
  }

  @Override
  public EncodedImage parse(Bytes bytes) {
    long end = end(bytes);
    int canvasWidth = 0;
    int canvasHeight = 0;
    int width = 0;
    int height = 0;
    int orientation = ExifOrientation.UPRIGHT;
    int chunks = 0;
    for (long at = FIRST_CHUNK; at + 8 <= end; at = next(bytes, at)) {
      if (++chunks > MAX_CHUNKS) {
        throw Bytes.unsupported("a WebP of more than " + MAX_CHUNKS + " chunks");
      }
      long data = at + 8;
      long length = bytes.u32le(at + 4);
      if (data + length > end) {
        throw Bytes.corrupt("the WebP chunk at byte " + at + " is longer than the file");
      }
      if (bytes.has(at, "VP8X")) {
        if ((bytes.u8(data) & ANIMATION) != 0) {
          throw Bytes.unsupported("it is an animated WebP; still pictures are supported");
        }
        canvasWidth = bytes.u24le(data + 4) + 1;
        canvasHeight = bytes.u24le(data + 7) + 1;
      } else if (bytes.has(at, "ANIM") || bytes.has(at, "ANMF")) {
        throw Bytes.unsupported("it is an animated WebP; still pictures are supported");
      } else if (bytes.has(at, "VP8 ") && width == 0) {
        checkKeyFrame(bytes, data, length);
        width = bytes.u16le(data + 6) & 0x3fff;
        height = bytes.u16le(data + 8) & 0x3fff;
      } else if (bytes.has(at, "VP8L") && width == 0) {
        if (length < 5 || bytes.u8(data) != 0x2f || bytes.u8(data + 4) >> 5 != 0) {
          throw Bytes.corrupt("it has no lossless WebP header");
        }
        long sizes = bytes.u32le(data + 1);
        width = (int) (sizes & 0x3fff) + 1;
        height = (int) (sizes >> 14 & 0x3fff) + 1;
      } else if (bytes.has(at, "EXIF")) {
        // Some writers put JPEG's prefix in front of the TIFF block.
        int prefix = bytes.has(data, "Exif\0\0") && length >= 6 ? 6 : 0;
        orientation = ExifOrientation.read(bytes, data + prefix, length - prefix);
      }
    }
    if (width == 0) {
      throw Bytes.corrupt("the WebP has no picture");
    }
    if (canvasWidth != 0 && (canvasWidth != width || canvasHeight != height)) {
      throw Bytes.corrupt("the WebP's canvas and picture differ in size");
    }
    return EncodedImage.plain(ImageFormat.WEBP, width, height, orientation, true);
  }

  private static void checkKeyFrame(Bytes bytes, long data, long length) {
    if (length < 10 || (bytes.u8(data) & 1) != 0 || !bytes.has(data + 3, "\u009d\u0001\u002a")) {
      throw Bytes.corrupt("it has no lossy WebP header");
    }
  }

  private static long end(Bytes bytes) {
    long end = 8 + bytes.u32le(4);
    if (end > bytes.length()) {
      throw Bytes.corrupt(
          "truncated: its header says " + end + " bytes, there are " + bytes.length());
    }
    return end;
  }

  private static long next(Bytes bytes, long at) {
    long length = bytes.u32le(at + 4);
    return at + 8 + length + (length & 1);
  }

  /** The chunks were checked with the header; libwebp refuses a picture that ends early. */
  @Override
  public void verify(Bytes bytes) {
    end(bytes);
  }
}

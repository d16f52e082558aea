package org.edgevlm.plugin.vision.opencv;

import org.edgevlm.spi.vision.ImageFormat;

/**
 * JPEG (ITU T.81): baseline, extended and progressive Huffman files of 8 bits with 1, 3 or 4
 * components. Four components are read as Adobe's inverted CMYK, which is what every program in use
 * writes.
 */
final class JpegFormat implements FileFormat {

  static final int SOI = 0xd8;
  static final int EOI = 0xd9;
  static final int SOS = 0xda;
  private static final int APP1 = 0xe1;
  private static final int TEM = 0x01;

  @Override
  public boolean matches(Bytes bytes) {
    return bytes.has(0, "\u00ff\u00d8\u00ff");
  }

  @Override
  public EncodedImage parse(Bytes bytes) {
    JpegFrame frame = null;
    int orientation = 0;
    long at = 2;
    while (true) {
      at = nextMarker(bytes, at);
      int marker = bytes.u8(at - 1);
      if (marker == SOS) {
        break;
      }
      if (marker == SOI || marker == EOI) {
        throw Bytes.corrupt("the JPEG has no picture");
      }
      if (standsAlone(marker)) {
        continue;
      }
      long end = segmentEnd(bytes, at);
      if (JpegFrame.isFrame(marker)) {
        if (frame != null) {
          throw Bytes.corrupt("the JPEG has two frames");
        }
        frame = JpegFrame.parse(bytes, marker, at);
      } else if (marker == APP1
          && orientation == 0
          && end - at > 8
          && bytes.has(at + 2, "Exif\0\0")) {
        orientation = ExifOrientation.read(bytes, at + 8, end - at - 8);
      }
      at = end;
    }
    if (frame == null) {
      throw Bytes.corrupt("the JPEG has no frame header");
    }
    return EncodedImage.plain(
        ImageFormat.JPEG,
        frame.width(),
        frame.height(),
        Math.max(orientation, ExifOrientation.UPRIGHT),
        false);
  }

  @Override
  public void verify(Bytes bytes) {
    JpegFrame frame = null;
    JpegScans scans = null;
    long at = 2;
    while (true) {
      at = nextMarker(bytes, at);
      int marker = bytes.u8(at - 1);
      if (marker == EOI) {
        break;
      }
      if (standsAlone(marker)) {
        continue;
      }
      if (marker == SOI) {
        throw Bytes.corrupt("the JPEG begins again at byte " + at);
      }
      long end = segmentEnd(bytes, at);
      if (JpegFrame.isFrame(marker)) {
        if (frame != null) {
          throw Bytes.corrupt("the JPEG has two frames");
        }
        frame = JpegFrame.parse(bytes, marker, at);
        scans = new JpegScans(frame);
      } else if (marker == SOS) {
        if (scans == null) {
          throw Bytes.corrupt("the JPEG has no frame header");
        }
        end = scans.skip(bytes, at, end);
      }
      at = end;
    }
    if (scans == null) {
      throw Bytes.corrupt("the JPEG has no picture");
    }
    scans.checkComplete();
  }

  /** The offset behind the next marker; like libjpeg, skips what lies before it. */
  private static long nextMarker(Bytes bytes, long from) {
    long at = from;
    while (true) {
      while (at < bytes.length() && bytes.u8(at) != 0xff) {
        at++;
      }
      while (at < bytes.length() && bytes.u8(at) == 0xff) {
        at++;
      }
      if (at >= bytes.length()) {
        throw Bytes.corrupt("truncated: the JPEG's end marker is missing");
      }
      if (bytes.u8(at) != 0) {
        return at + 1;
      }
    }
  }

  private static boolean standsAlone(int marker) {
    return marker == TEM || JpegScans.isRestart(marker);
  }

  private static long segmentEnd(Bytes bytes, long at) {
    int length = bytes.u16be(at);
    if (length < 2) {
      throw Bytes.corrupt("the JPEG segment at byte " + at + " has length " + length);
    }
    bytes.require(at, length);
    return at + length;
  }
}

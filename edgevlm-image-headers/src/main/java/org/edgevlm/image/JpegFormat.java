package org.edgevlm.image;

import org.edgevlm.spi.vision.ImageFormat;

/**
 * JPEG (ITU T.81): baseline, extended and progressive Huffman files of 8 bits with 1, 3 or 4
 * components. Four components are read as Adobe's inverted CMYK, which is what every program in use
 * writes.
 */
final class JpegFormat implements FileFormat {

  private static final int APP1 = 0xe1;

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
      at = JpegMarkers.next(bytes, at);
      int marker = bytes.u8(at - 1);
      if (marker == JpegMarkers.SOS) {
        break;
      }
      if (marker == JpegMarkers.SOI || marker == JpegMarkers.EOI) {
        throw Bytes.corrupt("the JPEG has no picture");
      }
      if (JpegMarkers.standsAlone(marker)) {
        continue;
      }
      long end = JpegMarkers.segmentEnd(bytes, at);
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
      at = JpegMarkers.next(bytes, at);
      int marker = bytes.u8(at - 1);
      if (marker == JpegMarkers.EOI) {
        break;
      }
      if (JpegMarkers.standsAlone(marker)) {
        continue;
      }
      if (marker == JpegMarkers.SOI) {
        throw Bytes.corrupt("the JPEG begins again at byte " + at);
      }
      long end = JpegMarkers.segmentEnd(bytes, at);
      if (JpegFrame.isFrame(marker)) {
        if (frame != null) {
          throw Bytes.corrupt("the JPEG has two frames");
        }
        frame = JpegFrame.parse(bytes, marker, at);
        scans = new JpegScans(frame);
      } else if (marker == JpegMarkers.SOS) {
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
}

package org.edgevlm.image;

/** Finds the way from marker to marker of a JPEG (ITU T.81, annex B). */
public final class JpegMarkers {

  /** Start of the image. */
  public static final int SOI = 0xd8;

  /** End of the image. */
  public static final int EOI = 0xd9;

  /** Start of a scan: compressed data follow its header. */
  public static final int SOS = 0xda;

  private static final int TEM = 0x01;

  private JpegMarkers() {}

  /** The offset behind the next marker; like libjpeg, skips what lies before it. */
  public static long next(Bytes bytes, long from) {
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

  /** Whether no segment follows a marker. */
  public static boolean standsAlone(int marker) {
    return marker == TEM || isRestart(marker);
  }

  /**
   * The offset behind the segment whose length field is at an offset.
   *
   * @throws org.edgevlm.spi.vision.ImageException if it is longer than the file
   */
  public static long segmentEnd(Bytes bytes, long at) {
    int length = bytes.u16be(at);
    if (length < 2) {
      throw Bytes.corrupt("the JPEG segment at byte " + at + " has length " + length);
    }
    bytes.require(at, length);
    return at + length;
  }

  /** Whether a marker stands between two parts of a scan's data. */
  public static boolean isRestart(int marker) {
    return marker >= 0xd0 && marker <= 0xd7;
  }
}

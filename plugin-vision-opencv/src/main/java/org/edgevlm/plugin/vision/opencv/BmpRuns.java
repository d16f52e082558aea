package org.edgevlm.plugin.vision.opencv;

/**
 * Walks over a run-length encoded bitmap without decoding it: every run has to stay inside the
 * picture, and the data have to be there up to the end mark.
 */
final class BmpRuns {

  private static final int END_OF_LINE = 0;
  private static final int END_OF_BITMAP = 1;
  private static final int DELTA = 2;

  private final Bytes bytes;
  private final int width;
  private final int height;
  private final int bits;
  private int x;
  private int y;

  BmpRuns(Bytes bytes, int width, int height, int bits) {
    this.bytes = bytes;
    this.width = width;
    this.height = height;
    this.bits = bits;
  }

  void check(long from) {
    long at = from;
    while (true) {
      int count = bytes.u8(at);
      int value = bytes.u8(at + 1);
      at += 2;
      if (count > 0) {
        advance(count);
      } else if (value == END_OF_LINE) {
        x = 0;
        y++;
      } else if (value == END_OF_BITMAP) {
        return;
      } else if (value == DELTA) {
        advance(bytes.u8(at));
        y += bytes.u8(at + 1);
        at += 2;
      } else {
        advance(value);
        int length = (value * bits + 7) / 8;
        at += length + (length & 1);
      }
    }
  }

  private void advance(int pixels) {
    x += pixels;
    if (x > width || y >= height) {
      throw Bytes.corrupt("a run of the BMP leaves the picture at line " + y);
    }
  }
}

package org.edgevlm.image;

/**
 * Walks over a run-length encoded bitmap: every run has to stay inside the picture, and the data
 * have to be there up to the end mark.
 */
public final class BmpRuns {

  /** Takes the pixels that runs set; the others are of the palette's first colour. */
  @FunctionalInterface
  public interface Sink {

    /**
     * Takes a pixel.
     *
     * @param y counted from the picture's lowest line
     * @param value the number of its colour
     */
    void pixel(int x, int y, int value);
  }

  private static final int END_OF_LINE = 0;
  private static final int END_OF_BITMAP = 1;
  private static final int DELTA = 2;

  private final Bytes bytes;
  private final BmpLayout layout;
  private int x;
  private int y;

  /** Runs of a file with this layout. */
  public BmpRuns(Bytes bytes, BmpLayout layout) {
    this.bytes = bytes;
    this.layout = layout;
  }

  /**
   * Reads them from the first to the last; once.
   *
   * @throws org.edgevlm.spi.vision.ImageException if they are broken
   */
  public void read(Sink sink) {
    boolean wide = layout.bits() == 8;
    long at = layout.pixels();
    while (true) {
      int count = bytes.u8(at);
      int value = bytes.u8(at + 1);
      at += 2;
      if (count > 0) {
        check(count);
        for (int i = 0; i < count; i++) {
          sink.pixel(x++, y, wide ? value : nibble(value, i));
        }
      } else if (value == END_OF_LINE) {
        x = 0;
        y++;
      } else if (value == END_OF_BITMAP) {
        return;
      } else if (value == DELTA) {
        int across = bytes.u8(at);
        check(across);
        x += across;
        y += bytes.u8(at + 1);
        at += 2;
      } else {
        check(value);
        int length = wide ? value : (value + 1) / 2;
        bytes.require(at, length);
        for (int i = 0; i < value; i++) {
          sink.pixel(x++, y, wide ? bytes.u8(at + i) : nibble(bytes.u8(at + i / 2), i));
        }
        at += length + (length & 1);
      }
    }
  }

  private static int nibble(int pair, int index) {
    return (index & 1) == 0 ? pair >> 4 : pair & 0xf;
  }

  private void check(int pixels) {
    if (x + pixels > layout.width() || y >= layout.lines()) {
      throw Bytes.corrupt("a run of the BMP leaves the picture at line " + y);
    }
  }
}

package org.edgevlm.plugin.vision.boofcv;

import boofcv.struct.image.GrayU8;
import boofcv.struct.image.Planar;
import java.util.List;
import org.edgevlm.image.BmpLayout;
import org.edgevlm.image.BmpRuns;
import org.edgevlm.image.Bytes;
import org.edgevlm.image.ImageFile;
import org.edgevlm.spi.vision.Normalization;

/**
 * Decodes Windows and OS/2 bitmaps of 1 to 32 bits, run-length encoded ones too. Pixels that runs
 * leave out have the palette's first colour; colours that a palette lacks are black. Written out
 * here because the JDK's decoder refuses several header versions.
 */
final class BmpDecoder {

  private final Bytes bytes;
  private final BmpLayout layout;
  private final boolean alpha;
  private final List<Integer> sampleBits;
  private final Canvas canvas;
  private final byte[] palette = new byte[3 * 256];

  BmpDecoder(ImageFile file, Normalization background) {
    bytes = file.bytes();
    layout = BmpLayout.of(bytes);
    alpha = file.image().alpha();
    sampleBits = file.image().sampleBits();
    canvas = new Canvas(file.image(), background);
  }

  Planar<GrayU8> decode() {
    readPalette();
    if (layout.runs()) {
      for (int i = 0; i < layout.width() * layout.lines(); i++) {
        paintColor(i, 0);
      }
      new BmpRuns(bytes, layout)
          .read((x, y, value) -> paintColor((layout.lines() - 1 - y) * layout.width() + x, value));
      return canvas.planes();
    }
    for (int line = 0; line < layout.lines(); line++) {
      int y = layout.topDown() ? line : layout.lines() - 1 - line;
      byte[] row = bytes.copy(layout.pixels() + line * layout.stride(), (int) layout.stride());
      for (int x = 0; x < layout.width(); x++) {
        paint(y * layout.width() + x, row, x);
      }
    }
    return canvas.planes();
  }

  private void readPalette() {
    if (!layout.palette()) {
      return;
    }
    int entry = layout.paletteEntry();
    byte[] stored = bytes.copy(layout.paletteStart(), layout.colors() * entry);
    for (int i = 0; i < layout.colors(); i++) {
      for (int c = 0; c < 3; c++) {
        palette[3 * i + c] = stored[entry * i + 2 - c];
      }
    }
  }

  private void paintColor(int index, int color) {
    canvas.paint(index, palette[3 * color], palette[3 * color + 1], palette[3 * color + 2]);
  }

  private void paint(int index, byte[] row, int x) {
    switch (layout.bits()) {
      case 16 -> {
        int pixel = row[2 * x] & 0xff | (row[2 * x + 1] & 0xff) << 8;
        int blueBits = sampleBits.get(0);
        int greenBits = sampleBits.get(1);
        canvas.paint(
            index,
            spread(pixel >> blueBits + greenBits, sampleBits.get(2)),
            spread(pixel >> blueBits, greenBits),
            spread(pixel, blueBits));
      }
      case 24 -> canvas.paint(index, row[3 * x + 2], row[3 * x + 1], row[3 * x]);
      case 32 -> {
        int at = 4 * x;
        int opacity = alpha ? row[at + 3] & 0xff : 255;
        canvas.paint(index, row[at + 2] & 0xff, row[at + 1] & 0xff, row[at] & 0xff, opacity, 255);
      }
      default -> {
        int bit = x * layout.bits();
        int mask = (1 << layout.bits()) - 1;
        paintColor(index, row[bit >> 3] >> 8 - layout.bits() - (bit & 7) & mask);
      }
    }
  }

  /** The lowest bits of a pixel, so that the largest value becomes 255. */
  private static int spread(int pixel, int bits) {
    int max = (1 << bits) - 1;
    return Math.round(255f * (pixel & max) / max);
  }
}

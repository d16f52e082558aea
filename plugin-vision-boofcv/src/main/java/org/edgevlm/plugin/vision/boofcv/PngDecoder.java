package org.edgevlm.plugin.vision.boofcv;

import boofcv.struct.image.GrayU8;
import boofcv.struct.image.Planar;
import java.util.Arrays;
import java.util.List;
import org.edgevlm.image.Bytes;
import org.edgevlm.image.ImageFile;
import org.edgevlm.spi.vision.Normalization;

/**
 * Decodes PNG (W3C PNG specification): every colour type and depth, interlaced or not. Written out
 * here because the JDK's decoder holds a second copy of the picture, treats transparent colours
 * differently from version to version, and accepts data that end early.
 *
 * <p>16-bit samples become {@code round(sample / 257)}, fewer than 8 bits are spread over 0 to 255.
 */
final class PngDecoder {

  private static final int GREY = 0;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int GREY_ALPHA = 4;

  private static final int HEADER_DATA = 16;
  private static final int FIRST_CHUNK = 33;

  /** Adam7: x and y of the first pixel, x and y steps, of each of the seven passes. */
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private static final int[][] ONE_PASS = {{0, 0, 1, 1}};

  private final Bytes bytes;
  private final Canvas canvas;
  private final int width;
  private final int height;
  private final int depth;
  private final int colorType;
  private final int channels;
  private final List<Integer> key;
  private final byte[] palette = new byte[3 * 256];
  private final byte[] paletteAlpha = new byte[256];

  PngDecoder(ImageFile file, Normalization background) {
    bytes = file.bytes();
    canvas = new Canvas(file.image(), background);
    width = file.image().width();
    height = file.image().height();
    key = file.image().colorKey();
    depth = bytes.u8(HEADER_DATA + 8);
    colorType = bytes.u8(HEADER_DATA + 9);
    channels =
        switch (colorType) {
          case GREY, PALETTE -> 1;
          case GREY_ALPHA -> 2;
          case RGB -> 3;
          default -> 4;
        };
  }

  Planar<GrayU8> decode() {
    readPalette();
    int bits = channels * depth;
    boolean interlaced = bytes.u8(HEADER_DATA + 12) == 1;
    try (PngRows rows = new PngRows(bytes, FIRST_CHUNK)) {
      for (int[] pass : interlaced ? PASSES : ONE_PASS) {
        int columns = (width - pass[0] + pass[2] - 1) / pass[2];
        int lines = (height - pass[1] + pass[3] - 1) / pass[3];
        if (columns > 0 && lines > 0) {
          rows.startPass((int) (((long) columns * bits + 7) / 8), Math.max(1, bits / 8));
          for (int line = 0; line < lines; line++) {
            byte[] row = rows.next();
            int start = (pass[1] + line * pass[3]) * width + pass[0];
            for (int i = 0; i < columns; i++) {
              paint(start + i * pass[2], row, i);
            }
          }
        }
      }
    }
    return canvas.planes();
  }

  /** Colours that a palette lacks are black and opaque. */
  private void readPalette() {
    Arrays.fill(paletteAlpha, (byte) 255);
    if (colorType != PALETTE) {
      return;
    }
    for (long at = FIRST_CHUNK; !bytes.has(at + 4, "IDAT"); at += bytes.u32be(at) + 12) {
      int length = (int) Math.min(bytes.u32be(at), Integer.MAX_VALUE);
      byte[] target = null;
      if (bytes.has(at + 4, "PLTE")) {
        target = palette;
      } else if (bytes.has(at + 4, "tRNS")) {
        target = paletteAlpha;
      }
      if (target != null) {
        int count = Math.min(length, target.length);
        System.arraycopy(bytes.copy(at + 8, count), 0, target, 0, count);
      }
    }
  }

  private void paint(int index, byte[] row, int i) {
    switch (colorType) {
      case GREY -> {
        int value = spread(sample(row, i));
        if (!key.isEmpty() && key.get(0) == value) {
          canvas.paint(index, 0, 0, 0, 0, 255);
        } else {
          int grey = narrow(value);
          canvas.paint(index, grey, grey, grey);
        }
      }
      case PALETTE -> {
        int color = sample(row, i);
        int alpha = paletteAlpha[color] & 0xff;
        int r = palette[3 * color] & 0xff;
        int g = palette[3 * color + 1] & 0xff;
        int b = palette[3 * color + 2] & 0xff;
        canvas.paint(index, r, g, b, alpha, 255);
      }
      case GREY_ALPHA -> {
        int grey = sample(row, 2 * i);
        canvas.paint(index, grey, grey, grey, sample(row, 2 * i + 1), (1 << depth) - 1);
      }
      case RGB -> {
        int r = sample(row, 3 * i);
        int g = sample(row, 3 * i + 1);
        int b = sample(row, 3 * i + 2);
        if (!key.isEmpty() && key.get(0) == r && key.get(1) == g && key.get(2) == b) {
          canvas.paint(index, 0, 0, 0, 0, 255);
        } else {
          canvas.paint(index, narrow(r), narrow(g), narrow(b));
        }
      }
      default ->
          canvas.paint(
              index,
              sample(row, 4 * i),
              sample(row, 4 * i + 1),
              sample(row, 4 * i + 2),
              sample(row, 4 * i + 3),
              (1 << depth) - 1);
    }
  }

  private int sample(byte[] row, int i) {
    if (depth == 8) {
      return row[i] & 0xff;
    }
    if (depth == 16) {
      return (row[2 * i] & 0xff) << 8 | row[2 * i + 1] & 0xff;
    }
    int bit = i * depth;
    return row[bit >> 3] >> 8 - depth - (bit & 7) & (1 << depth) - 1;
  }

  private int spread(int value) {
    return depth < 8 ? value * 255 / ((1 << depth) - 1) : value;
  }

  /** {@code round(value / 257)} for 16 bits; 257 is odd, so nothing is right in the middle. */
  private int narrow(int value) {
    return depth == 16 ? (value + 128) / 257 : value;
  }
}

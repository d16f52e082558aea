package com.example.png;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.edgevlm.spi.vision.ImageHeader;
import org.edgevlm.spi.vision.Normalization;

/** A decoded picture, which is read upright and without transparency. */
final class Picture {

  /** Two shades of 16 bits differ by 1 / 65,535. */
  private static final float LESS_THAN_A_SHADE = 1e-5f;

  private final ImageHeader header;
  private final BufferedImage stored;
  private final Raster raster;
  private final boolean indexed;
  private final float clearGrey;
  private final float most;
  private final Normalization fill;

  private Picture(PngFile file, BufferedImage stored, Normalization fill) {
    header = file.header();
    clearGrey = file.clearGrey();
    this.stored = stored;
    this.fill = fill;
    raster = stored.getRaster();
    ColorModel colors = stored.getColorModel();
    indexed = colors instanceof IndexColorModel;
    most = (1 << colors.getComponentSize(0)) - 1;
  }

  /**
   * Decodes a file.
   *
   * @param fill its mean is the colour behind transparent pixels
   */
  static Picture decode(PngFile file, Normalization fill) {
    file.checkSums();
    byte[] copy = new byte[file.bytes().limit()];
    file.bytes().get(0, copy);
    ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
    try {
      // Without the metadata, which may unpack to any size.
      reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(copy)), true, true);
      return new Picture(file, reader.read(0), fill);
    } catch (IOException | RuntimeException e) {
      throw PngFile.corrupt(String.valueOf(e.getMessage()));
    } finally {
      reader.dispose();
    }
  }

  /** Pixels in a row. */
  int width() {
    return header.width();
  }

  /** Rows. */
  int height() {
    return header.height();
  }

  /**
   * Reads one row.
   *
   * @param samples gets red, green, blue, 0 to 255, pixel after pixel
   */
  void row(int y, float[] samples) {
    int down = height() - 1 - y;
    float[] pixel = new float[4];
    for (int x = 0; x < width(); x++) {
      int right = width() - 1 - x;
      switch (header.orientation()) {
        case 2 -> read(right, y, pixel);
        case 3 -> read(right, down, pixel);
        case 4 -> read(x, down, pixel);
        case 5 -> read(y, x, pixel);
        case 6 -> read(y, right, pixel);
        case 7 -> read(down, right, pixel);
        case 8 -> read(down, x, pixel);
        default -> read(x, y, pixel);
      }
      for (int c = 0; c < 3; c++) {
        samples[3 * x + c] = pixel[c] * pixel[3] + 255 * fill.mean().get(c) * (1 - pixel[3]);
      }
    }
  }

  /**
   * One stored pixel: red, green, blue in 0 to 255, alpha in 0 to 1. Samples are taken as they are
   * stored: the colour model takes grey for linear light, which PNG's grey isn't, and brings all to
   * 8 bits.
   */
  private void read(int x, int y, float[] pixel) {
    if (indexed) {
      int argb = stored.getRGB(x, y);
      pixel[0] = argb >> 16 & 0xFF;
      pixel[1] = argb >> 8 & 0xFF;
      pixel[2] = argb & 0xFF;
      pixel[3] = (argb >>> 24) / 255f;
    } else {
      int bands = raster.getNumBands();
      for (int c = 0; c < 3; c++) {
        pixel[c] = 255 * raster.getSample(x, y, bands < 3 ? 0 : c) / most;
      }
      pixel[3] = bands % 2 == 0 ? raster.getSample(x, y, bands - 1) / most : 1;
    }
    // ImageIO misses it where grey has fewer than 8 bits.
    if (Math.abs(pixel[0] / 255 - clearGrey) < LESS_THAN_A_SHADE) {
      pixel[3] = 0;
    }
  }
}

package org.edgevlm.testkit.vision;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;

/**
 * What a vision processor should compute, written to be obvious: doubles, one pixel at a time, no
 * rounding between the steps. Pixels are {@code [y][x][red, green, blue]} from 0 to 255.
 */
public final class ReferenceVision {

  private ReferenceVision() {}

  /** Pixels over a background colour (straight alpha). */
  public static double[][][] pixels(BufferedImage image, Normalization background) {
    double[][][] pixels = new double[image.getHeight()][image.getWidth()][3];
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int argb = image.getRGB(x, y);
        double alpha = (argb >>> 24) / 255.0;
        for (int c = 0; c < 3; c++) {
          double color = argb >> (16 - 8 * c) & 0xff;
          pixels[y][x][c] = color * alpha + 255 * background.mean().get(c) * (1 - alpha);
        }
      }
    }
    return pixels;
  }

  /** What EXIF says: where the stored picture's row 0 and column 0 are. */
  public static double[][][] upright(double[][][] stored, int orientation) {
    int height = stored.length;
    int width = stored[0].length;
    boolean swapped = orientation >= 5;
    double[][][] result = new double[swapped ? width : height][swapped ? height : width][];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int right = width - 1 - x;
        int down = height - 1 - y;
        double[] pixel = stored[y][x];
        switch (orientation) {
          case 1 -> result[y][x] = pixel; // row 0 is the top, column 0 the left side
          case 2 -> result[y][right] = pixel; // top, right
          case 3 -> result[down][right] = pixel; // bottom, right
          case 4 -> result[down][x] = pixel; // bottom, left
          case 5 -> result[x][y] = pixel; // left side, top
          case 6 -> result[x][down] = pixel; // right side, top
          case 7 -> result[right][down] = pixel; // right side, bottom
          case 8 -> result[right][y] = pixel; // left side, bottom
          default -> throw new IllegalArgumentException();
        }
      }
    }
    return result;
  }

  /** The share that one pixel of the source has in one of the result. */
  private record Weight(int index, double weight) {}

  /**
   * Pixel {@code i} of {@code to}, made from {@code from} pixels along one axis.
   *
   * @param nudge added to the position of "nearest", which decides what is right in the middle
   */
  private static List<Weight> weights(int i, int from, int to, Interpolation how, double nudge) {
    double scale = (double) from / to;
    double center = (i + 0.5) * scale;
    List<Weight> weights = new ArrayList<>();
    if (how == Interpolation.NEAREST) {
      weights.add(new Weight(clamp((int) Math.floor(center + nudge), from), 1));
    } else if (how == Interpolation.AREA && scale > 1) {
      double start = i * scale;
      double end = (i + 1) * scale;
      for (int j = (int) Math.floor(start); j < Math.min(Math.ceil(end), from); j++) {
        weights.add(new Weight(j, (Math.min(end, j + 1) - Math.max(start, j)) / scale));
      }
    } else {
      int base = (int) Math.floor(center - 0.5);
      int reach = how == Interpolation.BICUBIC ? 2 : 1;
      for (int j = base - reach + 1; j <= base + reach; j++) {
        double distance = Math.abs(center - 0.5 - j);
        weights.add(
            new Weight(clamp(j, from), reach == 2 ? keys(distance) : Math.max(0, 1 - distance)));
      }
    }
    return weights;
  }

  private static double keys(double d) {
    double a = -0.75;
    return d <= 1
        ? (a + 2) * d * d * d - (a + 3) * d * d + 1
        : a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a;
  }

  private static int clamp(int index, int size) {
    return Math.max(0, Math.min(size - 1, index));
  }

  /**
   * Another size.
   *
   * @param nudgeX what is added to the positions of "nearest"
   * @param nudgeY the same along the other axis
   */
  public static double[][][] resize(
      double[][][] source, int width, int height, Interpolation how, double nudgeX, double nudgeY) {
    double[][][] result = new double[height][width][3];
    for (int y = 0; y < height; y++) {
      List<Weight> rows = weights(y, source.length, height, how, nudgeY);
      for (int x = 0; x < width; x++) {
        List<Weight> columns = weights(x, source[0].length, width, how, nudgeX);
        for (int c = 0; c < 3; c++) {
          double sum = 0;
          for (Weight row : rows) {
            for (Weight column : columns) {
              sum += row.weight * column.weight * source[row.index][column.index][c];
            }
          }
          result[y][x][c] = Math.max(0, Math.min(255, sum));
        }
      }
    }
    return result;
  }

  /** The resize method, on an upright picture; the fill is the mean. */
  public static double[][][] fit(double[][][] source, Preprocessing target) {
    return fit(source, target, 0, 0);
  }

  /** The same, with the positions of "nearest" moved. */
  public static double[][][] fit(
      double[][][] source, Preprocessing target, double nudgeX, double nudgeY) {
    int width = target.width();
    int height = target.height();
    double across = (double) width / source[0].length;
    double down = (double) height / source.length;
    double scale =
        switch (target.resize()) {
          case STRETCH -> 0;
          case LETTERBOX -> Math.min(across, down);
          case CENTER_CROP -> Math.max(across, down);
        };
    int scaledWidth = scale == 0 ? width : (int) Math.max(1, Math.round(source[0].length * scale));
    int scaledHeight = scale == 0 ? height : (int) Math.max(1, Math.round(source.length * scale));
    double[][][] scaled =
        resize(source, scaledWidth, scaledHeight, target.interpolation(), nudgeX, nudgeY);
    double[][][] result = new double[height][width][3];
    int x0 = Math.floorDiv(Math.abs(width - scaledWidth), 2) * (scaledWidth > width ? -1 : 1);
    int y0 = Math.floorDiv(Math.abs(height - scaledHeight), 2) * (scaledHeight > height ? -1 : 1);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean inside = x >= x0 && x < x0 + scaledWidth && y >= y0 && y < y0 + scaledHeight;
        for (int c = 0; c < 3; c++) {
          result[y][x][c] =
              inside ? scaled[y - y0][x - x0][c] : 255 * target.normalization().mean().get(c);
        }
      }
    }
    return result;
  }
}

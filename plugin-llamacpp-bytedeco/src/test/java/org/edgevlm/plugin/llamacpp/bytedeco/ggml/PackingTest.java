package org.edgevlm.plugin.llamacpp.bytedeco.ggml;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** K and V in few bits, against the same in plain Java and against what theory says. */
class PackingTest {

  private static final int GROUP = 64;

  /** The nearest number that half precision has. */
  private static float half(double x) {
    double step = Math.scalb(1.0, Math.max(Math.getExponent(x), -14) - 10);
    return (float) (Math.rint(x / step) * step);
  }

  /** Rows of normal numbers, whose channels differ in size and offset as those of K do. */
  private static float[][] random(long seed, int rows, int width) {
    Random random = new Random(seed);
    double[] size = random.doubles(width, 0.1, 3).toArray();
    double[] offset = random.doubles(width, -4, 4).toArray();
    float[][] x = new float[rows][width];
    for (float[] row : x) {
      for (int c = 0; c < width; c++) {
        row[c] = half(offset[c] + size[c] * random.nextGaussian());
      }
    }
    return x;
  }

  /** The numbers that share a range with one, among them itself. */
  private static float[] sharing(float[][] x, int r, int c, int headWidth, boolean byChannel) {
    if (byChannel) {
      float[] channel = new float[x.length];
      for (int i = 0; i < x.length; i++) {
        channel[i] = x[i][c];
      }
      return channel;
    }
    // Groups are counted over heads that are padded to a multiple of 8.
    int padded = (headWidth + 7) / 8 * 8;
    int group = (c / headWidth * padded + c % headWidth) / GROUP;
    float[] shared = new float[x[r].length];
    int n = 0;
    for (int i = 0; i < x[r].length; i++) {
      if ((i / headWidth * padded + i % headWidth) / GROUP == group) {
        shared[n++] = x[r][i];
      }
    }
    return Arrays.copyOf(shared, n);
  }

  /** What the plain part of the recipe makes of the numbers, in Java. */
  private static float[][] plain(float[][] x, int headWidth, int bits, boolean byChannel) {
    int most = (1 << bits) - 1;
    float[][] result = new float[x.length][x[0].length];
    for (int r = 0; r < x.length; r++) {
      for (int c = 0; c < x[r].length; c++) {
        float[] shared = sharing(x, r, c, headWidth, byChannel);
        Arrays.sort(shared);
        float low = half(shared[0]);
        float scale = half((shared[shared.length - 1] - shared[0]) / most);
        int code = 0;
        if (scale > 0) {
          code = (int) Math.min(Math.max((x[r][c] - low) / scale + 0.5f, 0), most);
        }
        result[r][c] = low + scale * code;
      }
    }
    return result;
  }

  private static double squares(float[][] x, float[][] y) {
    double sum = 0;
    for (int r = 0; r < x.length; r++) {
      for (int c = 0; c < x[r].length; c++) {
        sum += Math.pow(x[r][c] - y[r][c], 2);
      }
    }
    return sum;
  }

  /**
   * Codes and ranges are the same numbers in both; the last sum is one rounding in one and two in
   * the other, of numbers up to 20: 2e-6.
   */
  @ParameterizedTest
  @CsvSource({"4, 25, 6, 32", "2, 64, 2, 128", "4, 1, 3, 8", "2, 17, 3, 12", "4, 64, 5, 20"})
  void plainCodesAreThoseOfTheOracle(int bits, int rows, int heads, int width) {
    for (boolean byChannel : new boolean[] {true, false}) {
      float[][] x = random(rows + bits, rows, heads * width);
      float[][] expected = plain(x, width, bits, byChannel);
      try (PackedMatrix packed = new PackedMatrix(x, heads, width, bits, 0, 0, byChannel)) {
        float[][] actual = packed.read();
        for (int r = 0; r < rows; r++) {
          assertArrayEquals(expected[r], actual[r], 4e-6f, byChannel + ", row " + r);
        }
      }
    }
  }

  /** A constant has no range, and the largest numbers of half precision have one. */
  @Test
  void extremesSurvive() {
    float[][] x = new float[16][16];
    for (int r = 0; r < 16; r++) {
      Arrays.fill(x[r], 0, 8, -3.5f);
      Arrays.fill(x[r], 8, 16, r % 2 == 0 ? 65504 : -65504);
    }
    try (PackedMatrix packed = new PackedMatrix(x, 2, 8, 4, 2, 5, true)) {
      float[][] actual = packed.read();
      for (int r = 0; r < 16; r++) {
        assertEquals(-3.5f, actual[r][3], 0);
        // The step of half precision there is 32; a fifteenth of the range is rounded to 4.
        assertEquals(x[r][9], actual[r][9], 64);
      }
    }
  }

  /** Five numbers that are far out are kept to the precision of half a step of F16 there. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsFarOutIsKeptApart(boolean byChannel) {
    float[][] x = random(3, 32, 64);
    int[][] far = {{0, 0}, {5, 17}, {5, 18}, {31, 63}, {16, 40}};
    for (int[] place : far) {
      x[place[0]][place[1]] = half(place[1] % 2 == 0 ? 90.7 : -80.3);
    }
    try (PackedMatrix with = new PackedMatrix(x, 2, 32, 4, 0, far.length, byChannel);
        PackedMatrix without = new PackedMatrix(x, 2, 32, 4, 0, 0, byChannel)) {
      float[][] kept = with.read();
      for (int[] place : far) {
        assertEquals(x[place[0]][place[1]], kept[place[0]][place[1]], 0.05);
      }
      // Nobody else's range is theirs any more.
      assertTrue(squares(x, kept) < 0.2 * squares(x, without.read()));
      long each = 2L * Short.BYTES;
      assertEquals(without.bytes() + far.length * each, with.bytes(), 32);
    }
  }

  /** The largest eigenvalue after another of {@code R Rᵀ}, by rotations (Jacobi). */
  private static double[] eigenvalues(double[][] rest) {
    int n = rest.length;
    double[][] a = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        for (int c = 0; c < rest[i].length; c++) {
          a[i][j] += rest[i][c] * rest[j][c];
        }
      }
    }
    for (int sweep = 0; sweep < 30; sweep++) {
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          double angle = 0.5 * Math.atan2(2 * a[p][q], a[q][q] - a[p][p]);
          double cos = Math.cos(angle);
          double sin = Math.sin(angle);
          for (int i = 0; i < n; i++) {
            double x = a[i][p];
            a[i][p] = cos * x - sin * a[i][q];
            a[i][q] = sin * x + cos * a[i][q];
          }
          for (int i = 0; i < n; i++) {
            double x = a[p][i];
            a[p][i] = cos * x - sin * a[q][i];
            a[q][i] = sin * x + cos * a[q][i];
          }
        }
      }
    }
    return IntStream.range(0, n).mapToDouble(i -> -a[i][i]).sorted().map(x -> -x).toArray();
  }

  /**
   * No factors of rank r can take more from an error than its r largest eigenvalues. Eight passes
   * of power iteration find them all but a few per cent where they lie close together.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void theFactorsTakeWhatARankCanTake(int rank) {
    int headWidth = 32;
    float[][] x = random(8, 40, 2 * headWidth);
    float[][] plain = plain(x, headWidth, 2, true);
    double before = squares(x, plain);
    double best = 0;
    for (int head = 0; head < 2; head++) {
      double[][] rest = new double[40][headWidth];
      for (int r = 0; r < 40; r++) {
        for (int d = 0; d < headWidth; d++) {
          rest[r][d] = (double) x[r][head * headWidth + d] - plain[r][head * headWidth + d];
        }
      }
      best += Arrays.stream(eigenvalues(rest)).limit(rank).sum();
    }
    try (PackedMatrix packed = new PackedMatrix(x, 2, headWidth, 2, rank, 0, true)) {
      double taken = before - squares(x, packed.read());
      assertTrue(taken <= 1.001 * best, taken + " of " + best);
      assertTrue(taken >= 0.93 * best, taken + " of " + best);
    }
  }

  /**
   * What the paper has the factors for: errors that hang together over entries and channels, here
   * of rows that are all mixtures of two.
   */
  @Test
  void factorsHelpMostWhereRowsAreAlike() {
    Random random = new Random(4);
    float[][] x = new float[64][128];
    double[][] mixed = new double[2][128];
    for (double[] direction : mixed) {
      Arrays.setAll(direction, c -> random.nextGaussian());
    }
    for (float[] row : x) {
      // Few kinds of rows, so that the errors of a kind are the same.
      double a = random.nextInt(3) - 1;
      double b = random.nextInt(2);
      for (int c = 0; c < 128; c++) {
        row[c] = half(a * mixed[0][c] + b * mixed[1][c] + 0.01 * random.nextGaussian());
      }
    }
    try (PackedMatrix with = new PackedMatrix(x, 1, 128, 2, 2, 0, false);
        PackedMatrix without = new PackedMatrix(x, 1, 128, 2, 0, 0, false)) {
      double plain = squares(x, without.read());
      double corrected = squares(x, with.read());
      assertTrue(corrected < 0.6 * plain, corrected + " against " + plain);
      assertTrue(with.bytes() < 1.3 * without.bytes(), with.bytes() + " bytes");
    }
  }

  /** Rows that stay are the same numbers, whichever go. */
  @ParameterizedTest
  @CsvSource({"true, 4", "false, 4", "true, 2", "false, 2"})
  void rowsThatStayDoNotChange(boolean byChannel, int bits) {
    Random random = new Random(bits);
    float[][] x = random(5, 50, 3 * 24);
    try (PackedMatrix packed = new PackedMatrix(x, 3, 24, bits, 2, 70, byChannel)) {
      float[][] expected = packed.read();
      for (double share : new double[] {0.8, 0.5, 0.2}) {
        float[][] before = expected;
        int[] kept =
            IntStream.range(0, before.length).filter(r -> random.nextDouble() < share).toArray();
        long bytes = packed.bytes();
        packed.keep(kept);
        expected = IntStream.of(kept).mapToObj(r -> before[r]).toArray(float[][]::new);
        assertArrayEquals(expected, packed.read());
        assertTrue(packed.bytes() < bytes, packed.bytes() + " of " + bytes);
      }
    }
  }

  /** The sizes that the documentation names: of 64 entries of 16 heads of 128, K and V. */
  @ParameterizedTest
  @CsvSource({"4, 0, 0, 0.285", "4, 2, 0.02, 0.375", "2, 0, 0, 0.16", "2, 2, 0.02, 0.25"})
  void aBlockTakesItsShare(int bits, int rank, double outliers, double share) {
    int apart = (int) (outliers * 64 * 2048);
    double bytes =
        Packing.most(64, 16, 128, bits, rank, apart, true)
            + Packing.most(64, 16, 128, bits, rank, apart, false);
    assertEquals(share, bytes / (2 * 64 * 2048 * Short.BYTES), 0.01);
  }
}

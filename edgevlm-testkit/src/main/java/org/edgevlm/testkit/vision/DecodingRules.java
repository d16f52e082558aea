package org.edgevlm.testkit.vision;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;
import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Colour types, depths and transparency of PNG and BMP, against ImageIO or known pixels. */
abstract class DecodingRules extends VisionRules {

  DecodingRules(Supplier<VisionProcessorProvider> provider, Supplier<Set<VisionBehavior>> lacks) {
    super(provider, lacks);
  }

  @ParameterizedTest
  @CsvSource({"png,1", "png,0", "bmp,0"})
  void decodesLosslessFormatsExactly(String format, int seed) {
    BufferedImage image = Pictures.noisy(37 + seed, 23, seed);
    byte[] file = Pictures.encode(image, format);
    if (format.equals("bmp")) {
      assertDecodes(image, file, Tolerance.EXACT, VisionBehavior.BMP);
    } else {
      assertDecodes(image, file, Tolerance.EXACT);
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_BYTE_GRAY,
        BufferedImage.TYPE_BYTE_BINARY,
        BufferedImage.TYPE_BYTE_INDEXED,
        BufferedImage.TYPE_USHORT_GRAY
      })
  void decodesGreyPaletteAndWideGreyPng(int type) {
    BufferedImage image = new BufferedImage(41, 19, type);
    Graphics2D graphics = image.createGraphics();
    graphics.drawImage(Pictures.noisy(41, 19, type), 0, 0, null);
    graphics.dispose();
    byte[] png = Pictures.encode(image, "png");
    if (type == BufferedImage.TYPE_BYTE_GRAY || type == BufferedImage.TYPE_USHORT_GRAY) {
      // Java converts grey with a gamma curve when asked for RGB; the samples are what counts.
      BufferedImage plain = new BufferedImage(41, 19, BufferedImage.TYPE_INT_RGB);
      int max = type == BufferedImage.TYPE_BYTE_GRAY ? 255 : 65_535;
      for (int i = 0; i < 41 * 19; i++) {
        int grey = (int) Math.round(255.0 * image.getRaster().getSample(i % 41, i / 41, 0) / max);
        plain.setRGB(i % 41, i / 41, grey * 0x10101);
      }
      if (type == BufferedImage.TYPE_USHORT_GRAY) {
        assertDecodes(plain, png, Tolerance.EXACT, VisionBehavior.WIDE_PNG);
      } else {
        assertDecodes(plain, png, Tolerance.EXACT);
      }
    } else {
      assertDecodes(Pictures.decode(png), png, Tolerance.EXACT);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void decodesGreyPngOfFewBits(int depth) {
    int pixels = 8 / depth;
    byte[][] rows = {{(byte) 0xb1}, {(byte) 0x1e}};
    BufferedImage expected = new BufferedImage(pixels, 2, BufferedImage.TYPE_INT_RGB);
    int max = (1 << depth) - 1;
    for (int i = 0; i < 2 * pixels; i++) {
      int value = (rows[i / pixels][0] & 0xff) >> (8 - depth * (i % pixels + 1)) & max;
      expected.setRGB(i % pixels, i / pixels, value * 255 / max * 0x10101);
    }
    assertDecodes(expected, PngWriter.file(pixels, 2, depth, 0, rows), Tolerance.EXACT);
  }

  @ParameterizedTest
  @CsvSource({"37,23", "1,1", "5,1", "1,9", "8,8", "3,2"})
  void decodesInterlacedPng(int width, int height) {
    BufferedImage image = Pictures.noisy(width, height, 8);
    assertDecodes(
        image, Pictures.interlacedPng(image), Tolerance.EXACT, VisionBehavior.INTERLACED_PNG);
    BufferedImage few = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_BINARY);
    few.setRGB(width / 2, height / 2, -1);
    assertDecodes(few, Pictures.interlacedPng(few), Tolerance.EXACT, VisionBehavior.INTERLACED_PNG);
  }

  @Test
  void scalesSixteenBitPngToEight() {
    int[] samples = {0, 65_535, 257 * 100, 257 * 100 + 200, 12_345, 40_000};
    byte[] row = new byte[12];
    BufferedImage expected = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 6; i++) {
      row[2 * i] = (byte) (samples[i] >> 8);
      row[2 * i + 1] = (byte) samples[i];
      int value = (int) Math.round(samples[i] / 257.0);
      expected.setRGB(i / 3, 0, expected.getRGB(i / 3, 0) | value << (16 - 8 * (i % 3)));
    }
    byte[] file = PngWriter.file(2, 1, 16, 2, new byte[][] {row});
    assertDecodes(expected, file, Tolerance.EXACT, VisionBehavior.WIDE_PNG);
  }

  @Test
  void laysAlphaOverTheMeanBeforeScaling() {
    BufferedImage image = Pictures.transparent(90, 150, 5);
    byte[] png = Pictures.encode(image, "png");
    assertDecodes(image, png, Tolerance.ROUNDED);
    assertDecodes(
        Pictures.transparent(30, 50, 5),
        Pictures.resource("transparent-30x50-lossless.webp"),
        Tolerance.ROUNDED,
        VisionBehavior.LOSSLESS_WEBP);
    Preprocessing target =
        Preprocessing.whole(
            31, 43, ResizeMethod.LETTERBOX, Interpolation.AREA, Normalization.IMAGENET);
    double[][][] expected =
        ReferenceVision.fit(ReferenceVision.pixels(image, target.normalization()), target);
    Comparison.assertPixels(
        expected, vision().process(png, target), 0, target, Tolerance.of(Interpolation.AREA));
  }

  @Test
  void laysSixteenBitAlphaOverTheMean() {
    Random random = new Random(1);
    byte[][] rows = new byte[70][8 * 5];
    double[][][] expected = new double[70][5][3];
    for (int y = 0; y < 70; y++) {
      random.nextBytes(rows[y]);
      for (int x = 0; x < 5; x++) {
        double alpha = sample16(rows[y], 4 * x + 3) / 65_535;
        for (int c = 0; c < 3; c++) {
          double mean = 255 * Normalization.CLIP.mean().get(c);
          expected[y][x][c] = sample16(rows[y], 4 * x + c) / 257 * alpha + mean * (1 - alpha);
        }
      }
    }
    byte[] file = PngWriter.file(5, 70, 16, 6, rows);
    assertPixels(expected, file, Tolerance.ROUNDED, VisionBehavior.WIDE_PNG);
  }

  private static double sample16(byte[] row, int index) {
    return (row[2 * index] & 0xff) << 8 | row[2 * index + 1] & 0xff;
  }

  @Test
  void laysPaletteAlphaAndGreyAlphaOverTheMean() {
    byte[] palette = {10, 20, 30, (byte) 200, 100, 50};
    byte[] file =
        PngWriter.file(
            2,
            1,
            8,
            3,
            new byte[][] {{0, 1}},
            PngWriter.chunk("PLTE", palette),
            PngWriter.chunk("tRNS", new byte[] {(byte) 255, 102}));
    BufferedImage expected = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
    expected.setRGB(0, 0, 0xff0a141e);
    expected.setRGB(1, 0, 0x66c86432);
    assertDecodes(expected, file, Tolerance.ROUNDED);

    byte[] greyAlpha = PngWriter.file(2, 1, 8, 4, new byte[][] {{60, (byte) 255, 80, 51}});
    expected.setRGB(0, 0, 0xff3c3c3c);
    expected.setRGB(1, 0, 0x33505050);
    assertDecodes(expected, greyAlpha, Tolerance.ROUNDED);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8, 16})
  void fillsTheTransparentColourOfPngWithoutAlpha(int depth) {
    int key = depth == 2 ? 2 : depth == 8 ? 77 : 30_003;
    byte[] row =
        switch (depth) {
          case 2 -> new byte[] {(byte) 0b10_11_00_00};
          case 8 -> new byte[] {77, (byte) 255};
          default -> new byte[] {30_003 >> 8, (byte) 30_003, (byte) 255, (byte) 255};
        };
    byte[] keyChunk = PngWriter.chunk("tRNS", new byte[] {(byte) (key >> 8), (byte) key});
    BufferedImage expected = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
    expected.setRGB(1, 0, -1);
    byte[] file = PngWriter.file(2, 1, depth, 0, new byte[][] {row}, keyChunk);
    if (depth == 16) {
      assertDecodes(expected, file, Tolerance.ROUNDED, VisionBehavior.WIDE_PNG);
    } else {
      assertDecodes(expected, file, Tolerance.ROUNDED);
    }
  }

  @Test
  void fillsTheTransparentColourOfRgbPng() {
    byte[] key = PngWriter.chunk("tRNS", new byte[] {0, 1, 0, 2, 0, 3});
    byte[] file = PngWriter.file(2, 1, 8, 2, new byte[][] {{1, 2, 3, 3, 2, 1}}, key);
    BufferedImage expected = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
    expected.setRGB(1, 0, 0xff030201);
    assertDecodes(expected, file, Tolerance.ROUNDED);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_BYTE_BINARY,
        BufferedImage.TYPE_BYTE_INDEXED,
        BufferedImage.TYPE_USHORT_555_RGB,
        BufferedImage.TYPE_USHORT_565_RGB
      })
  void decodesBmpLikeImageIo(int type) {
    BufferedImage image = new BufferedImage(29, 14, type);
    Graphics2D graphics = image.createGraphics();
    graphics.drawImage(Pictures.noisy(29, 14, 2), 0, 0, null);
    graphics.dispose();
    byte[] bmp = Pictures.encode(image, "bmp");
    assertDecodes(Pictures.decode(bmp), bmp, 0.51, VisionBehavior.BMP);
  }

  @Test
  void decodesBmpOf32BitsWithAndWithoutAlpha() {
    byte[] pixels = {1, 2, 3, 0, 4, 5, 6, 127};
    BufferedImage expected = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
    expected.setRGB(0, 0, 0xff030201);
    expected.setRGB(1, 0, 0xff060504);
    assertDecodes(
        expected,
        BmpWriter.file(2, 1, 32, 0, 0, new byte[0], pixels),
        Tolerance.EXACT,
        VisionBehavior.BMP);
    assertDecodes(
        expected,
        BmpWriter.file(2, 1, 32, 3, 0, masks(), pixels),
        Tolerance.EXACT,
        VisionBehavior.BMP);
    byte[] fields = Arrays.copyOf(Pictures.concat(masks(), Pictures.le32(0xff000000L)), 84);
    byte[] withAlpha = BmpWriter.withHeader(124, 2, 1, 32, 3, 0, fields, pixels);
    expected.setRGB(0, 0, 0x00030201);
    expected.setRGB(1, 0, 0x7f060504);
    assertDecodes(expected, withAlpha, Tolerance.ROUNDED, VisionBehavior.BMP);
  }

  private static byte[] masks() {
    return Pictures.concat(Pictures.le32(0xff0000), Pictures.le32(0xff00), Pictures.le32(0xff));
  }

  @Test
  void decodesTopDownAndRunLengthBmp() {
    BufferedImage expected = new BufferedImage(4, 2, BufferedImage.TYPE_INT_RGB);
    byte[] palette = {0, 0, 0, 0, 10, 20, 30, 0, 40, 50, 60, 0};
    for (int x = 0; x < 4; x++) {
      expected.setRGB(x, 0, 0x1e140a);
      expected.setRGB(x, 1, x < 2 ? 0x3c3228 : 0x1e140a);
    }
    byte[] topDown = {1, 1, 1, 1, 2, 2, 1, 1};
    assertDecodes(
        expected,
        BmpWriter.file(4, -2, 8, 0, 3, palette, topDown),
        Tolerance.EXACT,
        VisionBehavior.BMP);
    byte[] runs = {0, 4, 2, 2, 1, 1, 0, 0, 4, 1, 0, 0, 0, 1};
    assertDecodes(
        expected,
        BmpWriter.file(4, 2, 8, 1, 3, palette, runs),
        Tolerance.EXACT,
        VisionBehavior.BMP_RUNS);
    byte[] runs4 = {2, 0x22, 2, 0x11, 0, 0, 4, 0x11, 0, 1};
    assertDecodes(
        expected,
        BmpWriter.file(4, 2, 4, 2, 3, palette, runs4),
        Tolerance.EXACT,
        VisionBehavior.BMP_RUNS);
  }
}

package org.edgevlm.plugin.vision.opencv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.edgevlm.spi.vision.ImageFormat;
import org.edgevlm.spi.vision.ImageHeader;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Formats, colour types, orientations and transparency, against ImageIO or known pixels. */
class FormatsTest {

  /** Rounding to 8 bits and nothing else. */
  private static final double ROUNDED = 0.501;

  private static void assertDecodes(
      BufferedImage expected, byte[] file, int orientation, double tolerance) {
    double[][][] upright =
        ReferenceVision.upright(ReferenceVision.pixels(expected, Normalization.CLIP), orientation);
    Preprocessing same = Vision.same(upright[0].length, upright.length);
    Vision.assertPixels(upright, Vision.process(file, same), 0, same, tolerance);
  }

  private static BufferedImage imageIo(byte[] file) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(file));
  }

  static Stream<Arguments> orientations() {
    return Stream.of(ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.WEBP)
        .flatMap(
            format -> IntStream.rangeClosed(1, 8).mapToObj(number -> Arguments.of(format, number)));
  }

  @ParameterizedTest
  @MethodSource("orientations")
  void appliesEachOrientationOnce(ImageFormat format, int orientation) throws IOException {
    BufferedImage image = Pictures.smooth(48, 24);
    byte[] exif = Pictures.exif(orientation);
    byte[] file =
        switch (format) {
          case JPEG -> Pictures.jpegWithExif(Pictures.encode(image, "jpg"), exif);
          case PNG -> pngWithExif(Pictures.encode(image, "png"), exif);
          default -> Pictures.webpWithExif(Pictures.webp(image, 101), 48, 24, exif);
        };
    ImageHeader header = Vision.PROCESSOR.inspect(ByteBuffer.wrap(file));
    boolean turned = orientation >= 5;
    assertEquals(new ImageHeader(format, turned ? 24 : 48, turned ? 48 : 24, orientation), header);
    // Two JPEG decoders differ by a few levels: inverse DCT, chroma upsampling, colour conversion.
    BufferedImage expected = format == ImageFormat.JPEG ? imageIo(file) : image;
    assertDecodes(expected, file, orientation, format == ImageFormat.JPEG ? 4 : ROUNDED);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5, 6, 8})
  void scalesOrientedPicturesAsUprightOnes(int orientation) {
    BufferedImage image = Pictures.noisy(51, 34, 9);
    byte[] file = pngWithExif(Pictures.encode(image, "png"), Pictures.exif(orientation));
    for (ResizeMethod method : ResizeMethod.values()) {
      Preprocessing target =
          Preprocessing.whole(23, 29, method, Interpolation.AREA, Normalization.CLIP);
      double[][][] upright =
          ReferenceVision.upright(
              ReferenceVision.pixels(image, target.normalization()), orientation);
      Vision.assertPixels(
          ReferenceVision.fit(upright, target), Vision.process(file, target), 0, target, 1.1);
    }
  }

  private static byte[] pngWithExif(byte[] png, byte[] exif) {
    byte[] chunk = PngWriter.chunk("eXIf", exif);
    return Pictures.concat(Pictures.slice(png, 0, 33), chunk, Pictures.slice(png, 33, png.length));
  }

  @ParameterizedTest
  @CsvSource({"png,1", "png,0", "bmp,0"})
  void decodesLosslessFormatsExactly(String format, int seed) throws IOException {
    BufferedImage image = Pictures.noisy(37 + seed, 23, seed);
    assertDecodes(image, Pictures.encode(image, format), 1, 0.001);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_BYTE_GRAY,
        BufferedImage.TYPE_BYTE_BINARY,
        BufferedImage.TYPE_BYTE_INDEXED,
        BufferedImage.TYPE_USHORT_GRAY
      })
  void decodesGreyPaletteAndWideGreyPng(int type) throws IOException {
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
      assertDecodes(plain, png, 1, 0.001);
    } else {
      assertDecodes(imageIo(png), png, 1, 0.001);
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
    assertDecodes(expected, PngWriter.file(pixels, 2, depth, 0, rows), 1, 0.001);
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
    assertDecodes(expected, PngWriter.file(2, 1, 16, 2, new byte[][] {row}), 1, 0.001);
  }

  @Test
  void laysAlphaOverTheMeanBeforeScaling() {
    BufferedImage image = Pictures.transparent(90, 150, 5);
    byte[] png = Pictures.encode(image, "png");
    assertDecodes(image, png, 1, ROUNDED);
    assertDecodes(image, Pictures.webp(image, 101), 1, ROUNDED);
    Preprocessing target =
        Preprocessing.whole(
            31, 43, ResizeMethod.LETTERBOX, Interpolation.AREA, Normalization.IMAGENET);
    double[][][] expected =
        ReferenceVision.fit(ReferenceVision.pixels(image, target.normalization()), target);
    Vision.assertPixels(expected, Vision.process(png, target), 0, target, 1.1);
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
    Preprocessing same = Vision.same(5, 70);
    ImageTensor tensor = Vision.process(PngWriter.file(5, 70, 16, 6, rows), same);
    Vision.assertPixels(expected, tensor, 0, same, ROUNDED);
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
    assertDecodes(expected, file, 1, ROUNDED);

    byte[] greyAlpha = PngWriter.file(2, 1, 8, 4, new byte[][] {{60, (byte) 255, 80, 51}});
    expected.setRGB(0, 0, 0xff3c3c3c);
    expected.setRGB(1, 0, 0x33505050);
    assertDecodes(expected, greyAlpha, 1, ROUNDED);
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
    assertDecodes(
        expected, PngWriter.file(2, 1, depth, 0, new byte[][] {row}, keyChunk), 1, ROUNDED);
  }

  @Test
  void fillsTheTransparentColourOfRgbPng() {
    byte[] key = PngWriter.chunk("tRNS", new byte[] {0, 1, 0, 2, 0, 3});
    byte[] file = PngWriter.file(2, 1, 8, 2, new byte[][] {{1, 2, 3, 3, 2, 1}}, key);
    BufferedImage expected = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
    expected.setRGB(1, 0, 0xff030201);
    assertDecodes(expected, file, 1, ROUNDED);
  }

  @ParameterizedTest
  @CsvSource({"64,48", "33,17", "1,1", "8,200"})
  void decodesJpegLikeImageIo(int width, int height) throws IOException {
    byte[] jpeg = Pictures.encode(Pictures.smooth(width, height), "jpg");
    assertDecodes(imageIo(jpeg), jpeg, 1, 4);
  }

  @Test
  void decodesGreyJpeg() throws IOException {
    BufferedImage grey = new BufferedImage(40, 30, BufferedImage.TYPE_BYTE_GRAY);
    BufferedImage expected = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 40 * 30; i++) {
      grey.getRaster().setSample(i % 40, i / 40, 0, i % 40 * 6);
    }
    byte[] jpeg = Pictures.encode(grey, "jpg");
    BufferedImage decoded = imageIo(jpeg);
    for (int i = 0; i < 40 * 30; i++) {
      int value = decoded.getRaster().getSample(i % 40, i / 40, 0);
      expected.setRGB(i % 40, i / 40, value * 0x10101);
    }
    assertDecodes(expected, jpeg, 1, 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cmyk.jpg", "ycck.jpg"})
  void decodesAdobeCmyk(String name) {
    // The blocks of make_cmyk.py: inverted c, m, y, k.
    int[][] blocks = {
      {255, 0, 0, 255}, {40, 200, 120, 255}, {200, 180, 30, 128}, {255, 255, 255, 60}
    };
    ImageTensor tensor = Vision.process(Pictures.resource(name), Vision.same(64, 16));
    for (int block = 0; block < 4; block++) {
      for (int c = 0; c < 3; c++) {
        double expected = blocks[block][c] * blocks[block][3] / 255.0;
        double actual = Vision.sample(tensor, 0, c, 8, 16 * block + 8, Normalization.CLIP);
        assertEquals(expected, actual, 3, "channel " + c + " of block " + block);
      }
    }
  }

  @Test
  void decodesLossyWebp() {
    assertDecodes(Pictures.smooth(64, 48), Pictures.webp(Pictures.smooth(64, 48), 100), 1, 8);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_BYTE_BINARY,
        BufferedImage.TYPE_BYTE_INDEXED,
        BufferedImage.TYPE_USHORT_555_RGB,
        BufferedImage.TYPE_USHORT_565_RGB
      })
  void decodesBmpLikeImageIo(int type) throws IOException {
    BufferedImage image = new BufferedImage(29, 14, type);
    Graphics2D graphics = image.createGraphics();
    graphics.drawImage(Pictures.noisy(29, 14, 2), 0, 0, null);
    graphics.dispose();
    byte[] bmp = Pictures.encode(image, "bmp");
    assertDecodes(imageIo(bmp), bmp, 1, 0.51);
  }

  @Test
  void decodesBmpOf32BitsWithAndWithoutAlpha() {
    byte[] pixels = {1, 2, 3, 0, 4, 5, 6, 127};
    BufferedImage expected = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
    expected.setRGB(0, 0, 0xff030201);
    expected.setRGB(1, 0, 0xff060504);
    assertDecodes(expected, BmpWriter.file(2, 1, 32, 0, 0, new byte[0], pixels), 1, 0.001);
    assertDecodes(expected, BmpWriter.file(2, 1, 32, 3, 0, masks(), pixels), 1, 0.001);
    byte[] fields = Arrays.copyOf(Pictures.concat(masks(), Pictures.le32(0xff000000L)), 84);
    byte[] withAlpha = BmpWriter.withHeader(124, 2, 1, 32, 3, 0, fields, pixels);
    expected.setRGB(0, 0, 0x00030201);
    expected.setRGB(1, 0, 0x7f060504);
    assertDecodes(expected, withAlpha, 1, ROUNDED);
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
    assertDecodes(expected, BmpWriter.file(4, -2, 8, 0, 3, palette, topDown), 1, 0.001);
    byte[] runs = {0, 4, 2, 2, 1, 1, 0, 0, 4, 1, 0, 0, 0, 1};
    assertDecodes(expected, BmpWriter.file(4, 2, 8, 1, 3, palette, runs), 1, 0.001);
    byte[] runs4 = {2, 0x22, 2, 0x11, 0, 0, 4, 0x11, 0, 1};
    assertDecodes(expected, BmpWriter.file(4, 2, 4, 2, 3, palette, runs4), 1, 0.001);
  }
}

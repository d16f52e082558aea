package org.edgevlm.testkit.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.edgevlm.spi.vision.ImageLimits;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;
import org.edgevlm.spi.vision.Tile;
import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method, interpolation and kind of size against {@link ReferenceVision}. */
abstract class ResizeRules extends VisionRules {

  private static final int[][] SIZES = {
    // source width, height, target width, height
    {1, 1, 1, 1},
    {1, 1, 7, 5},
    {2, 3, 2, 3},
    {31, 17, 31, 17},
    {64, 64, 32, 32},
    {63, 65, 21, 13},
    {61, 47, 30, 46},
    {50, 40, 33, 35},
    {100, 9, 24, 24},
    {9, 100, 24, 24},
    {1, 50, 16, 16},
    {50, 1, 16, 16},
    {13, 11, 40, 37},
    {20, 90, 45, 30},
    {90, 20, 30, 45},
    {5, 5, 64, 3},
    {97, 89, 14, 28},
    {128, 96, 1, 1},
    {40, 30, 30, 40},
    {17, 33, 34, 66},
  };

  ResizeRules(Supplier<VisionProcessorProvider> provider, Supplier<Set<VisionBehavior>> lacks) {
    super(provider, lacks);
  }

  static Stream<Arguments> cases() {
    return Stream.of(SIZES)
        .flatMap(
            size ->
                Stream.of(ResizeMethod.values())
                    .flatMap(
                        method ->
                            Stream.of(Interpolation.values())
                                .map(how -> Arguments.of(size, method, how))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void matchesTheReference(int[] size, ResizeMethod method, Interpolation how) {
    BufferedImage image = Pictures.noisy(size[0], size[1], size[0] * 1000L + size[1]);
    Preprocessing target =
        Preprocessing.whole(size[2], size[3], method, how, Normalization.IMAGENET);
    ImageTensor tensor = vision().process(Pictures.encode(image, "png"), target);
    double[][][] pixels = ReferenceVision.pixels(image, target.normalization());
    if (how == Interpolation.NEAREST) {
      assertNearest(pixels, tensor, target);
    } else {
      double[][][] expected = ReferenceVision.fit(pixels, target);
      Comparison.assertPixels(expected, tensor, 0, target, Tolerance.of(how));
    }
  }

  /** Right in the middle of two pixels, either is the nearest. */
  private static void assertNearest(double[][][] pixels, ImageTensor tensor, Preprocessing target) {
    double tie = 1e-3;
    List<double[][][]> allowed =
        List.of(
            ReferenceVision.fit(pixels, target, -tie, -tie),
            ReferenceVision.fit(pixels, target, -tie, tie),
            ReferenceVision.fit(pixels, target, tie, -tie),
            ReferenceVision.fit(pixels, target, tie, tie));
    for (int y = 0; y < tensor.height(); y++) {
      for (int x = 0; x < tensor.width(); x++) {
        double[] actual = new double[3];
        for (int c = 0; c < 3; c++) {
          actual[c] = Comparison.sample(tensor, 0, c, y, x, target.normalization());
        }
        int row = y;
        int column = x;
        assertTrue(
            allowed.stream()
                .anyMatch(
                    expected ->
                        Math.abs(expected[row][column][0] - actual[0]) < 1e-3
                            && Math.abs(expected[row][column][1] - actual[1]) < 1e-3
                            && Math.abs(expected[row][column][2] - actual[2]) < 1e-3),
            () -> "x " + column + ", y " + row + " of " + target);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("longPictures")
  void centreCropOfALongThinPictureKeepsItsMiddleWithoutBlowingItUp(int width, int height) {
    BufferedImage image = Pictures.smooth(width, height);
    Preprocessing target =
        Preprocessing.whole(
            64, 64, ResizeMethod.CENTER_CROP, Interpolation.BILINEAR, Normalization.SIGLIP);
    ImageTensor tensor = vision().process(Pictures.encode(image, "png"), target);
    // The colour changes by less than a level a pixel along the picture's length.
    double[] middle = {30 + 200 * 0.5, 30 + 200 * 0.5, 90};
    int along = width > height ? 0 : 1;
    assertEquals(
        middle[along], Comparison.sample(tensor, 0, along, 32, 32, target.normalization()), 1);
  }

  static Stream<Arguments> longPictures() {
    return Stream.of(Arguments.of(16_000, 1), Arguments.of(1, 16_000), Arguments.of(3, 9_000));
  }

  @Test
  void tilesAreWindowsOfTheStretchedPicture() {
    BufferedImage image = Pictures.noisy(57, 43, 3);
    Preprocessing whole =
        Preprocessing.whole(
            32, 24, ResizeMethod.CENTER_CROP, Interpolation.BICUBIC, Normalization.SIGLIP);
    Preprocessing tiled =
        whole.withTiles(
            List.of(
                new Tile(64, 48, 0, 0),
                new Tile(64, 48, 32, 24),
                new Tile(64, 48, 7, 5),
                new Tile(32, 24, 0, 0)));
    byte[] png = Pictures.encode(image, "png");
    ByteBuffer file = ByteBuffer.wrap(png);
    ImageTensor tensor =
        vision().processor().process(List.of(file, file), tiled, ImageLimits.DEFAULT);
    assertEquals(8, tensor.batch());
    double[][][] pixels = ReferenceVision.pixels(image, tiled.normalization());
    for (int row = 0; row < 8; row++) {
      Tile tile = tiled.tiles().get(row % 4);
      double[][][] scaled =
          ReferenceVision.resize(
              pixels, tile.scaledWidth(), tile.scaledHeight(), Interpolation.BICUBIC, 0, 0);
      double[][][] window = new double[24][][];
      for (int y = 0; y < 24; y++) {
        window[y] = Arrays.copyOfRange(scaled[y + tile.y()], tile.x(), tile.x() + 32);
      }
      Comparison.assertPixels(window, tensor, row, tiled, Tolerance.of(Interpolation.BICUBIC));
    }
  }

  @Test
  void normalisesAsItsTrainersDid() {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0xff8000);
    for (Normalization how :
        List.of(Normalization.CLIP, Normalization.SIGLIP, Normalization.IMAGENET)) {
      ImageTensor tensor =
          vision()
              .process(
                  Pictures.encode(image, "png"),
                  Preprocessing.whole(1, 1, ResizeMethod.STRETCH, Interpolation.AREA, how));
      double[] samples = {255, 128, 0};
      for (int c = 0; c < 3; c++) {
        double expected = (samples[c] / 255 - how.mean().get(c)) / how.std().get(c);
        assertEquals(expected, tensor.data().get(c), 1e-6);
      }
    }
  }

  @Test
  void letterboxIsExactlyTheMean() {
    Preprocessing target =
        Preprocessing.whole(20, 20, ResizeMethod.LETTERBOX, Interpolation.AREA, Normalization.CLIP);
    ImageTensor tensor =
        vision().process(Pictures.encode(Pictures.noisy(40, 10, 1), "png"), target);
    for (int y : new int[] {0, 6, 12, 19}) {
      assertEquals(0f, tensor.data().get(y * 20 + 11));
    }
    assertTrue(tensor.data().get(10 * 20 + 19) != 0f);
  }
}

package org.edgevlm.testkit.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.edgevlm.spi.vision.ImageFormat;
import org.edgevlm.spi.vision.ImageHeader;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;
import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JPEG and WebP against other decoders, and orientations. */
abstract class PhotographRules extends VisionRules {

  PhotographRules(Supplier<VisionProcessorProvider> provider, Supplier<Set<VisionBehavior>> lacks) {
    super(provider, lacks);
  }

  static Stream<Arguments> orientations() {
    return Stream.of(ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.WEBP)
        .flatMap(
            format -> IntStream.rangeClosed(1, 8).mapToObj(number -> Arguments.of(format, number)));
  }

  @ParameterizedTest
  @MethodSource("orientations")
  void appliesEachOrientationOnce(ImageFormat format, int orientation) {
    BufferedImage image = Pictures.smooth(48, 24);
    byte[] exif = Pictures.exif(orientation);
    byte[] lossless = Pictures.resource("smooth-48x24-lossless.webp");
    byte[] file =
        switch (format) {
          case JPEG -> Pictures.jpegWithExif(Pictures.encode(image, "jpg"), exif);
          case PNG -> Pictures.pngWithExif(Pictures.encode(image, "png"), exif);
          default -> Pictures.webpWithExif(lossless, 48, 24, exif);
        };
    Set<VisionBehavior> needed =
        switch (format) {
          case JPEG -> Set.of(VisionBehavior.JPEG);
          case PNG -> Set.of();
          default -> Set.of(VisionBehavior.LOSSLESS_WEBP);
        };
    where(
        needed,
        file,
        () -> {
          boolean turned = orientation >= 5;
          assertEquals(
              new ImageHeader(format, turned ? 24 : 48, turned ? 48 : 24, orientation),
              vision().inspect(file));
          boolean jpeg = format == ImageFormat.JPEG;
          BufferedImage stored = jpeg ? Pictures.decode(file) : image;
          assertDecodes(stored, file, orientation, jpeg ? Tolerance.JPEG : Tolerance.ROUNDED);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5, 6, 8})
  void scalesOrientedPicturesAsUprightOnes(int orientation) {
    BufferedImage image = Pictures.noisy(51, 34, 9);
    byte[] file = Pictures.pngWithExif(Pictures.encode(image, "png"), Pictures.exif(orientation));
    for (ResizeMethod method : ResizeMethod.values()) {
      Preprocessing target =
          Preprocessing.whole(23, 29, method, Interpolation.AREA, Normalization.CLIP);
      double[][][] upright =
          ReferenceVision.upright(
              ReferenceVision.pixels(image, target.normalization()), orientation);
      Comparison.assertPixels(
          ReferenceVision.fit(upright, target),
          vision().process(file, target),
          0,
          target,
          Tolerance.of(Interpolation.AREA));
    }
  }

  @ParameterizedTest
  @CsvSource({"64,48", "33,17", "1,1", "8,200"})
  void decodesJpegLikeImageIo(int width, int height) {
    byte[] jpeg = Pictures.encode(Pictures.smooth(width, height), "jpg");
    assertDecodes(Pictures.decode(jpeg), jpeg, Tolerance.JPEG, VisionBehavior.JPEG);
  }

  /** Detail and strong colours, so that the way of interpolating chroma shows. */
  @ParameterizedTest
  @ValueSource(strings = {"420", "422", "420p"})
  void decodesSubsampledChromaLikePillow(String name) {
    assertDecodes(
        Pictures.decode(Pictures.resource("detail-" + name + ".png")),
        Pictures.resource("detail-" + name + ".jpg"),
        Tolerance.JPEG,
        name.endsWith("p") ? VisionBehavior.PROGRESSIVE_JPEG : VisionBehavior.JPEG);
  }

  @Test
  void decodesGreyJpeg() {
    BufferedImage grey = new BufferedImage(40, 30, BufferedImage.TYPE_BYTE_GRAY);
    BufferedImage expected = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 40 * 30; i++) {
      grey.getRaster().setSample(i % 40, i / 40, 0, i % 40 * 6);
    }
    byte[] jpeg = Pictures.encode(grey, "jpg");
    BufferedImage decoded = Pictures.decode(jpeg);
    for (int i = 0; i < 40 * 30; i++) {
      int value = decoded.getRaster().getSample(i % 40, i / 40, 0);
      expected.setRGB(i % 40, i / 40, value * 0x10101);
    }
    assertDecodes(expected, jpeg, Tolerance.GREY_JPEG, VisionBehavior.JPEG);
  }

  /** Without JFIF's segment, Adobe's decides what three components are, and then their names. */
  @ParameterizedTest
  @CsvSource({"0,123,true", "1,123,false", "-1,123,false", "-1,RGB,true", "1,RGB,false"})
  void takesAdobesWordForTheColours(int transform, String names, boolean colors) {
    byte[] jpeg = Pictures.encode(Pictures.smooth(40, 24), "jpg");
    BufferedImage image = Pictures.decode(jpeg);
    byte[] file = Pictures.jpegOfComponents(jpeg, transform, names);
    double[][][] expected = ReferenceVision.pixels(image, Normalization.CLIP);
    if (colors) {
      for (double[][] row : expected) {
        for (int x = 0; x < row.length; x++) {
          row[x] = lumaChroma(row[x]);
        }
      }
    }
    assertPixels(expected, file, Tolerance.JPEG, VisionBehavior.JPEG);
  }

  private static double[] lumaChroma(double[] rgb) {
    double luma = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
    return new double[] {luma, (rgb[2] - luma) / 1.772 + 128, (rgb[0] - luma) / 1.402 + 128};
  }

  @ParameterizedTest
  @ValueSource(strings = {"cmyk.jpg", "ycck.jpg"})
  void decodesAdobeCmyk(String name) {
    byte[] file = Pictures.resource(name);
    where(Set.of(VisionBehavior.CMYK_JPEG), file, () -> assertBlocks(file));
  }

  private void assertBlocks(byte[] file) {
    // The blocks of make_cmyk.py: inverted c, m, y, k.
    int[][] blocks = {
      {255, 0, 0, 255}, {40, 200, 120, 255}, {200, 180, 30, 128}, {255, 255, 255, 60}
    };
    ImageTensor tensor = vision().process(file, VisionUnderTest.same(64, 16));
    for (int block = 0; block < 4; block++) {
      for (int c = 0; c < 3; c++) {
        double expected = blocks[block][c] * blocks[block][3] / 255.0;
        double actual = Comparison.sample(tensor, 0, c, 8, 16 * block + 8, Normalization.CLIP);
        assertEquals(expected, actual, 3, "channel " + c + " of block " + block);
      }
    }
  }

  @Test
  void decodesLossyWebp() {
    assertDecodes(
        Pictures.smooth(64, 48),
        Pictures.resource("smooth-64x48-lossy.webp"),
        Tolerance.LOSSY_WEBP,
        VisionBehavior.LOSSY_WEBP);
  }

  /** All of VP8's ways to predict; single samples depend on how chroma is interpolated. */
  @Test
  void decodesADetailedLossyWebpLikePillow() {
    byte[] file = Pictures.resource("detail-lossy.webp");
    BufferedImage expected = Pictures.decode(Pictures.resource("detail-lossy.png"));
    where(
        Set.of(VisionBehavior.LOSSY_WEBP),
        file,
        () -> {
          Preprocessing same = VisionUnderTest.same(expected.getWidth(), expected.getHeight());
          double mean =
              Comparison.meanDifference(
                  ReferenceVision.pixels(expected, same.normalization()),
                  vision().process(file, same),
                  same.normalization());
          assertTrue(mean <= Tolerance.LOSSY_WEBP_MEAN, "mean difference " + mean);
        });
  }

  @Test
  void decodesTheAlphaOfLossyWebp() {
    byte[] file = Pictures.resource("smooth-alpha-40x32-lossy.webp");
    assertDecodes(
        Pictures.smoothAlpha(40, 32), file, Tolerance.LOSSY_WEBP, VisionBehavior.LOSSY_WEBP_ALPHA);
  }
}

package org.edgevlm.plugin.vision.opencv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.stream.Stream;
import org.edgevlm.testkit.vision.Pictures;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;
import org.opencv.core.MatOfInt;
import org.opencv.imgcodecs.Imgcodecs;

/**
 * The test kit's WebP files are what OpenCV's libwebp makes of the kit's own pictures, since no
 * Java library in reach writes WebP.
 */
class WebpResourcesTest {

  /** Above 100 libwebp is asked for a lossless file. */
  private static final int LOSSLESS = 101;

  @BeforeAll
  static void load() {
    NativeLibrary.load();
  }

  static Stream<Arguments> files() {
    return Stream.of(
        Arguments.of("smooth-48x24-lossless", Pictures.smooth(48, 24), LOSSLESS),
        Arguments.of("transparent-30x50-lossless", Pictures.transparent(30, 50, 5), LOSSLESS),
        Arguments.of("noisy-40x30-lossless", Pictures.noisy(40, 30, 4), LOSSLESS),
        Arguments.of("noisy-40x30-lossy", Pictures.noisy(40, 30, 4), 80),
        Arguments.of("smooth-64x48-lossy", Pictures.smooth(64, 48), 100),
        Arguments.of("smooth-alpha-40x32-lossy", Pictures.smoothAlpha(40, 32), 100));
  }

  @ParameterizedTest
  @MethodSource("files")
  void isWhatOpenCvWrites(String name, BufferedImage image, int quality) {
    assertArrayEquals(webp(image, quality), Pictures.resource(name + ".webp"));
  }

  static byte[] webp(BufferedImage image, int quality) {
    int channels = image.getColorModel().hasAlpha() ? 4 : 3;
    byte[] samples = new byte[image.getWidth() * image.getHeight() * channels];
    for (int i = 0; i < image.getWidth() * image.getHeight(); i++) {
      int argb = image.getRGB(i % image.getWidth(), i / image.getWidth());
      for (int c = 0; c < channels; c++) {
        samples[i * channels + c] = (byte) (argb >> 8 * c);
      }
    }
    Mat mat = new Mat(image.getHeight(), image.getWidth(), CvType.CV_8UC(channels));
    mat.put(0, 0, samples);
    MatOfByte file = new MatOfByte();
    MatOfInt parameters = new MatOfInt(Imgcodecs.IMWRITE_WEBP_QUALITY, quality);
    assertTrue(Imgcodecs.imencode(".webp", mat, file, parameters));
    return file.toArray();
  }
}

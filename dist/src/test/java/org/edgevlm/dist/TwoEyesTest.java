package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.vision.ImageLimits;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;
import org.edgevlm.spi.vision.VisionProcessor;
import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The distribution's two vision plugins make nearly the same tensors of the committed pictures, by
 * every resize method and interpolation. Differences are in levels of 255.
 */
@TestInstance(Lifecycle.PER_CLASS)
class TwoEyesTest {

  private static final Path PICTURES = Program.PROJECT.resolve("dist/src/test/pictures");

  /** Sizes that shrink the pictures, a little and a lot, and that grow some of them. */
  private static final int[][] SIZES = {{128, 128}, {224, 160}, {336, 336}};

  private final Map<String, Difference> measured = new TreeMap<>();
  private VisionProcessor opencv;
  private VisionProcessor boofcv;

  @TempDir static Path folder;

  /**
   * How far the tensors of one file may be apart.
   *
   * @param max of any sample
   * @param mean of all samples
   */
  private record Tolerance(double max, double mean) {

    /**
     * Both round the scaled samples to 8 bits, from weights of 11 bits an axis on one side: one
     * level up or down, two where area grows an axis and so rounds twice. Measured: 1 and 0.16.
     */
    private static final Tolerance LOSSLESS = new Tolerance(2, 0.3);

    /**
     * Measured: 1 and 0.08, as for lossless files, where both decoders are libjpeg-turbo's. Not
     * every JDK's is; the inverse DCT and the conversion to colours may leave a level each.
     */
    private static final Tolerance JPEG = new Tolerance(4, 0.3);

    /** OpenCV's conversion from CMYK cuts fractions off, the other one rounds. Measured: 0.9. */
    private static final Tolerance CMYK = new Tolerance(4, 1.2);

    /**
     * libwebp interpolates chroma, TwelveMonkeys' reader repeats it: at edges of strong colours
     * single samples are far apart, on the whole they aren't. Measured: 84 and 0.83.
     */
    private static final Tolerance LOSSY_WEBP = new Tolerance(120, 1.5);

    static Tolerance of(String name) {
      if (name.endsWith(".jpg")) {
        return name.equals("cmyk.jpg") ? CMYK : JPEG;
      }
      return name.equals("lossy.webp") || name.equals("transparent.webp") ? LOSSY_WEBP : LOSSLESS;
    }
  }

  /** The differences found so far. */
  private static final class Difference {

    private double max;
    private double sum;
    private long samples;

    void add(ImageTensor one, ImageTensor other, Normalization normalization) {
      FloatBuffer left = one.data();
      FloatBuffer right = other.data();
      int plane = one.width() * one.height();
      for (int i = 0; i < left.capacity(); i++) {
        double levels =
            255
                * normalization.std().get(i / plane % 3)
                * Math.abs((double) left.get(i) - right.get(i));
        max = Math.max(max, levels);
        sum += levels;
        samples++;
      }
    }

    double mean() {
      return sum / samples;
    }
  }

  @BeforeAll
  void open() {
    PluginRegistry plugins =
        PluginRegistry.discover(List.of(Program.DISTRIBUTION.resolve("plugins")));
    assertEquals(List.of(), plugins.problems());
    opencv = processor(plugins, "opencv");
    boofcv = processor(plugins, "boofcv");
  }

  private static VisionProcessor processor(PluginRegistry plugins, String id) {
    ConfigValues config = Configuration.defaults(plugins).section(id);
    return plugins
        .find(VisionProcessorProvider.class, id)
        .create(
            new PluginContext() {
              @Override
              public ConfigValues config() {
                return config;
              }

              @Override
              public Platform platform() {
                return Platform.current();
              }

              @Override
              public Path workDirectory() {
                return folder;
              }
            });
  }

  @AfterAll
  void close() {
    measured.forEach(
        (what, difference) ->
            System.out.printf(
                Locale.ROOT,
                "opencv and boofcv, %-28s max %6.2f  mean %5.3f%n",
                what,
                difference.max,
                difference.mean()));
    opencv.close();
    boofcv.close();
  }

  static Stream<Path> pictures() throws IOException {
    try (Stream<Path> files = Files.list(PICTURES)) {
      List<Path> pictures =
          files.filter(file -> !file.toString().endsWith(".py")).sorted().toList();
      assertEquals(13, pictures.size());
      return Stream.concat(
          pictures.stream(), Stream.of(Program.PROJECT.resolve("docs/images/scene.png")));
    }
  }

  @ParameterizedTest
  @MethodSource("pictures")
  void makeNearlyTheSameTensors(Path picture) throws IOException {
    String name = picture.getFileName().toString();
    List<ByteBuffer> file = List.of(ByteBuffer.wrap(Files.readAllBytes(picture)));
    assertEquals(opencv.inspect(file.get(0)), boofcv.inspect(file.get(0)));
    for (Interpolation how : Interpolation.values()) {
      Difference difference = new Difference();
      for (ResizeMethod method : ResizeMethod.values()) {
        for (int[] size : SIZES) {
          Preprocessing target =
              Preprocessing.whole(size[0], size[1], method, how, Normalization.CLIP);
          difference.add(
              opencv.process(file, target, ImageLimits.DEFAULT),
              boofcv.process(file, target, ImageLimits.DEFAULT),
              target.normalization());
        }
      }
      measured.put(name + " " + how.name().toLowerCase(Locale.ROOT), difference);
      Tolerance tolerance = Tolerance.of(name);
      assertTrue(
          difference.max <= tolerance.max(), name + " " + how + ": largest " + difference.max);
      assertTrue(
          difference.mean() <= tolerance.mean(), name + " " + how + ": mean " + difference.mean());
    }
  }
}

package org.edgevlm.plugin.vision.opencv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.edgevlm.plugin.vision.opencv.HostileImages.Hostile;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageLimits;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every broken or lying file is an {@link ImageException}; the process survives. */
class HostileImagesTest {

  private static final Preprocessing TARGET =
      Preprocessing.whole(24, 24, ResizeMethod.STRETCH, Interpolation.AREA, Normalization.CLIP);

  static List<Hostile> hostile() {
    Vision.PROCESSOR.getClass();
    return HostileImages.all();
  }

  static List<Hostile> good() {
    Vision.PROCESSOR.getClass();
    return HostileImages.good();
  }

  @Test
  void thereAreManyOfThem() {
    assertTrue(hostile().stream().filter(file -> file.reason() != null).count() >= 45);
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void refusesOrDecodesCleanly(Hostile hostile) {
    if (hostile.reason() == null) {
      assertFinite(Vision.process(hostile.file(), TARGET));
      assertEquals(1, Vision.PROCESSOR.inspect(ByteBuffer.wrap(hostile.file())).orientation());
      return;
    }
    ImageException refusal =
        assertThrows(ImageException.class, () -> Vision.process(hostile.file(), TARGET));
    assertEquals(hostile.reason(), refusal.reason(), refusal.getMessage());
    inspects(hostile.file());
  }

  /** Inspecting works or is refused; nothing else. */
  private static void inspects(byte[] file) {
    try {
      Vision.PROCESSOR.inspect(ByteBuffer.wrap(file));
    } catch (ImageException e) {
      assertTrue(e.getMessage().length() > 10);
    }
  }

  private static void assertFinite(ImageTensor tensor) {
    for (int i = 0; i < tensor.data().capacity(); i++) {
      assertTrue(Float.isFinite(tensor.data().get(i)));
    }
  }

  @ParameterizedTest
  @MethodSource("good")
  void refusesAFileThatEndsEarly(Hostile good) {
    assertFinite(Vision.process(good.file(), TARGET));
    int step = Math.max(1, good.file().length / 60);
    for (int length = 1; length < good.file().length; length += step) {
      byte[] cut = Pictures.slice(good.file(), 0, length);
      assertThrows(
          ImageException.class, () -> Vision.process(cut, TARGET), good + " of " + cut.length);
      inspects(cut);
    }
    byte[] lastByteMissing = Pictures.slice(good.file(), 0, good.file().length - 1);
    assertThrows(ImageException.class, () -> Vision.process(lastByteMissing, TARGET));
  }

  @ParameterizedTest
  @MethodSource("good")
  void survivesFlippedBits(Hostile good) {
    Random random = new Random(good.name().hashCode());
    for (int i = 0; i < 300; i++) {
      byte[] flipped = good.file().clone();
      // Headers are short, so half of the flips go there.
      int range = i % 2 == 0 ? Math.min(flipped.length, 60) : flipped.length;
      for (int n = 0; n <= i % 3; n++) {
        flipped[random.nextInt(range)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        assertFinite(
            Vision.PROCESSOR.process(
                List.of(ByteBuffer.wrap(flipped)),
                TARGET,
                new ImageLimits(1 << 20, 4096, 4_000_000)));
      } catch (ImageException e) {
        assertTrue(e.getMessage().length() > 10);
      }
    }
  }
}

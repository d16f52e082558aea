package org.edgevlm.testkit.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageLimits;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.edgevlm.testkit.vision.HostileImages.Hostile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every broken or lying file is an {@link ImageException}; the process survives. */
abstract class HostileFileRules extends VisionRules {

  HostileFileRules(
      Supplier<VisionProcessorProvider> provider, Supplier<Set<VisionBehavior>> lacks) {
    super(provider, lacks);
  }

  static List<Hostile> hostile() {
    return HostileImages.all();
  }

  static List<Hostile> good() {
    return HostileImages.good();
  }

  @Test
  void thereAreManyOfThem() {
    assertTrue(hostile().stream().filter(file -> file.reason() != null).count() >= 45);
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void refusesOrDecodesCleanly(Hostile hostile) {
    if (!has(hostile.needed())) {
      assertThrows(ImageException.class, () -> vision().process(hostile.file(), SMALL));
      return;
    }
    if (hostile.reason() == null) {
      assertFinite(vision().process(hostile.file(), SMALL));
      assertEquals(1, vision().inspect(hostile.file()).orientation());
      return;
    }
    ImageException refusal =
        assertThrows(ImageException.class, () -> vision().process(hostile.file(), SMALL));
    assertEquals(hostile.reason(), refusal.reason(), refusal.getMessage());
    inspects(hostile.file());
  }

  /** Inspecting works or is refused; nothing else. */
  private void inspects(byte[] file) {
    try {
      vision().inspect(file);
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
    where(good.needed(), good.file(), () -> assertFinite(vision().process(good.file(), SMALL)));
    int step = Math.max(1, good.file().length / 60);
    for (int length = 1; length < good.file().length; length += step) {
      byte[] cut = Pictures.slice(good.file(), 0, length);
      assertThrows(
          ImageException.class, () -> vision().process(cut, SMALL), good + " of " + cut.length);
      inspects(cut);
    }
    byte[] lastByteMissing = Pictures.slice(good.file(), 0, good.file().length - 1);
    assertThrows(ImageException.class, () -> vision().process(lastByteMissing, SMALL));
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
            vision()
                .processor()
                .process(
                    List.of(ByteBuffer.wrap(flipped)),
                    SMALL,
                    new ImageLimits(1 << 20, 4096, 4_000_000)));
      } catch (ImageException e) {
        assertTrue(e.getMessage().length() > 10);
      }
    }
  }
}

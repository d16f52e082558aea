package org.edgevlm.testkit.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageException.Reason;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;
import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A group of rules: a processor for each test, and what to do where it lacks something. */
abstract class VisionRules {

  /** Small, and different from every test picture in both sides. */
  static final Preprocessing SMALL =
      Preprocessing.whole(24, 24, ResizeMethod.STRETCH, Interpolation.AREA, Normalization.CLIP);

  private final Supplier<VisionProcessorProvider> provider;
  private final Supplier<Set<VisionBehavior>> lacks;
  private VisionUnderTest vision;

  VisionRules(Supplier<VisionProcessorProvider> provider, Supplier<Set<VisionBehavior>> lacks) {
    this.provider = provider;
    this.lacks = lacks;
  }

  @BeforeEach
  void make() {
    vision = VisionUnderTest.of(provider.get());
  }

  @AfterEach
  void close() {
    vision.close();
  }

  final VisionProcessorProvider provider() {
    return provider.get();
  }

  final VisionUnderTest vision() {
    return vision;
  }

  /** Whether the processor should be able to do all of this. */
  final boolean has(Set<VisionBehavior> needed) {
    Set<VisionBehavior> missing = new HashSet<>(needed);
    missing.retainAll(lacks.get());
    return missing.isEmpty();
  }

  /** Runs a check, or where the processor lacks what a file needs, makes sure that it says so. */
  final void where(Set<VisionBehavior> needed, byte[] file, Runnable check) {
    if (has(needed)) {
      check.run();
      return;
    }
    ImageException refusal =
        assertThrows(ImageException.class, () -> vision.process(file, SMALL), "lacks " + needed);
    assertEquals(Reason.UNSUPPORTED, refusal.reason(), refusal.getMessage());
  }

  final void assertDecodes(
      BufferedImage expected, byte[] file, double tolerance, VisionBehavior... needed) {
    assertDecodes(expected, file, 1, tolerance, needed);
  }

  /** The pixels of a file, in its own size and turned upright. */
  final void assertDecodes(
      BufferedImage expected,
      byte[] file,
      int orientation,
      double tolerance,
      VisionBehavior... needed) {
    double[][][] upright =
        ReferenceVision.upright(ReferenceVision.pixels(expected, Normalization.CLIP), orientation);
    assertPixels(upright, file, tolerance, needed);
  }

  final void assertPixels(
      double[][][] upright, byte[] file, double tolerance, VisionBehavior... needed) {
    Preprocessing same = VisionUnderTest.same(upright[0].length, upright.length);
    where(
        Set.of(needed),
        file,
        () -> Comparison.assertPixels(upright, vision.process(file, same), 0, same, tolerance));
  }
}

package org.edgevlm.plugin.vision.opencv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.List;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageFormat;
import org.edgevlm.spi.vision.ImageLimits;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;
import org.edgevlm.testkit.vision.Pictures;
import org.edgevlm.testkit.vision.PngWriter;
import org.edgevlm.testkit.vision.VisionUnderTest;
import org.junit.jupiter.api.Test;
import org.opencv.core.Core;

/** What is OpenCV's alone; the rest is in {@link OpenCvContractTest}. */
class OpenCvVisionProcessorTest {

  private static final Preprocessing TARGET =
      Preprocessing.whole(64, 64, ResizeMethod.CENTER_CROP, Interpolation.AREA, Normalization.CLIP);

  private final OpenCvVisionProvider provider = new OpenCvVisionProvider();

  @Test
  void saysWhereItRuns() {
    assertEquals("opencv", provider.id());
    assertFalse(provider.supports(new Platform("linux", "riscv64", 1)).supported());
  }

  @Test
  void setsTheThreads() {
    VisionUnderTest.of(provider, OpenCvVisionProvider.THREADS, 3).close();
    assertEquals(3, Core.getNumThreads());
    VisionUnderTest.of(provider, OpenCvVisionProvider.THREADS, 0).close();
    assertEquals(Core.getNumberOfCPUs(), Core.getNumThreads());
  }

  @Test
  void theTensorIsAligned() {
    ByteBuffer data = new TensorWriter(1, 5, 7).buffer();
    assertEquals(0, data.alignmentOffset(0, ImageTensor.ALIGNMENT));
  }

  @Test
  void refusesWhatOpenCvCantTakeWhateverTheLimitsSay() {
    byte[] wide = PngWriter.file(40_000, 1, 8, 0, new byte[][] {new byte[40_000]});
    ImageLimits none = new ImageLimits(Long.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE);
    try (VisionUnderTest vision = VisionUnderTest.of(provider)) {
      ImageException refusal =
          assertThrows(
              ImageException.class,
              () -> vision.processor().process(List.of(ByteBuffer.wrap(wide)), TARGET, none));
      assertEquals(ImageException.Reason.TOO_LARGE, refusal.reason());
      assertEquals(ImageFormat.PNG, vision.inspect(wide).format());
    }
  }

  @Test
  void fastJpegIsCloseAndOnlyForLargeOnes() {
    try (VisionUnderTest fast = VisionUnderTest.of(provider, OpenCvVisionProvider.FAST_JPEG, true);
        VisionUnderTest plain = VisionUnderTest.of(provider)) {
      byte[] large = Pictures.encode(Pictures.smooth(803, 601), "jpg");
      ImageTensor exact = plain.process(large, TARGET);
      ImageTensor quick = fast.process(large, TARGET);
      assertNotEquals(exact.data(), quick.data());
      for (int i = 0; i < exact.data().capacity(); i++) {
        // Three levels of 255, in units of the standard deviation.
        assertEquals(exact.data().get(i), quick.data().get(i), 3 / 255.0 / 0.26);
      }
      byte[] small = Pictures.encode(Pictures.smooth(100, 90), "jpg");
      assertEquals(plain.process(small, TARGET).data(), fast.process(small, TARGET).data());
    }
  }
}

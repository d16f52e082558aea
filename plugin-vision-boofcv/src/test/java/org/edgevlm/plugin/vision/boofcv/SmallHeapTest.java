package org.edgevlm.plugin.vision.boofcv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageException.Reason;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.testkit.vision.Pictures;
import org.edgevlm.testkit.vision.PngWriter;
import org.edgevlm.testkit.vision.VisionUnderTest;
import org.junit.jupiter.api.Test;

/** A picture that the limits allow but the heap doesn't hold is refused, and the next one works. */
class SmallHeapTest {

  private static final int SIDE = 6000;

  @Test
  void refusesAPictureThatTheHeapCannotHold() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .redirectError(new File("/dev/null"))
            .start();
    String said = process.inputReader().readLine();
    process.waitFor(60, TimeUnit.SECONDS);
    assertEquals("TOO_LARGE, then 12 samples", said);
    assertEquals(0, process.exitValue());
  }

  /** The process with the small heap. */
  static final class Child {

    private Child() {}

    /** Tries a large picture and then a small one. */
    public static void main(String[] args) {
      try (VisionUnderTest vision = VisionUnderTest.of(new BoofCvVisionProvider())) {
        Reason reason = null;
        try {
          vision.process(large(), VisionUnderTest.same(2, 2));
        } catch (ImageException e) {
          reason = e.reason();
        }
        byte[] small = Pictures.encode(Pictures.noisy(9, 9, 1), "png");
        ImageTensor tensor = vision.process(small, VisionUnderTest.same(2, 2));
        System.out.println(reason + ", then " + tensor.data().capacity() + " samples");
      }
    }

    /** Black, and a few kilobytes long; its pixels aren't, three bytes each. */
    private static byte[] large() {
      byte[][] rows = {new byte[(SIDE + 7) / 8 * SIDE + SIDE - 1]};
      return PngWriter.file(SIDE, SIDE, 1, 0, rows);
    }
  }
}

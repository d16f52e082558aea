package com.example.png;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.drew.metadata.exif.ExifTiffHandler;
import java.util.EnumSet;
import java.util.Set;
import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.edgevlm.testkit.vision.VisionBehavior;
import org.edgevlm.testkit.vision.VisionProcessorContract;
import org.junit.jupiter.api.Test;

/** The contract of vision processors, which reads PNG alone and refuses the rest. */
class PngVisionTest extends VisionProcessorContract {

  @Override
  protected VisionProcessorProvider provider() {
    return new PngVisionProvider();
  }

  @Override
  protected Set<VisionBehavior> lacks() {
    return EnumSet.complementOf(EnumSet.of(VisionBehavior.WIDE_PNG, VisionBehavior.INTERLACED_PNG));
  }

  @Test
  void isTestedWithTheVersionThatItBrings() {
    assertEquals("2.18.0", ExifTiffHandler.class.getPackage().getImplementationVersion());
  }
}

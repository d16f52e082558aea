package org.edgevlm.plugin.vision.opencv;

import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.edgevlm.testkit.vision.VisionProcessorContract;

/** The contract of every vision processor, all of it. */
class OpenCvContractTest extends VisionProcessorContract {

  @Override
  protected VisionProcessorProvider provider() {
    return new OpenCvVisionProvider();
  }
}

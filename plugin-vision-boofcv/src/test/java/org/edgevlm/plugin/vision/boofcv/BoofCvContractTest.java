package org.edgevlm.plugin.vision.boofcv;

import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.edgevlm.testkit.vision.VisionProcessorContract;

/** The contract of every vision processor, all of it. */
class BoofCvContractTest extends VisionProcessorContract {

  @Override
  protected VisionProcessorProvider provider() {
    return new BoofCvVisionProvider();
  }
}

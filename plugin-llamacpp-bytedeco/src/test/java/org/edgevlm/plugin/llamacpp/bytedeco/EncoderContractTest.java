package org.edgevlm.plugin.llamacpp.bytedeco;

import java.nio.file.Path;
import org.edgevlm.spi.inference.ImageEncoderProvider;
import org.edgevlm.testkit.ImageEncoderContract;

/** The image encoder keeps the contract, with the default model. */
class EncoderContractTest extends ImageEncoderContract {

  @Override
  protected ImageEncoderProvider provider() {
    return new BytedecoImageEncoderProvider();
  }

  @Override
  protected Path projector() {
    return Path.of("../models/edgevlm-tiny/edgevlm-tiny-mmproj.gguf");
  }
}

package org.edgevlm.plugin.llamacpp.jni;

import java.nio.file.Path;
import java.util.Map;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.testkit.InferenceBackendContract;

/** The backend keeps the contract, with the default model. */
class BackendContractTest extends InferenceBackendContract {

  @Override
  protected InferenceBackendProvider provider() {
    return new JniBackendProvider();
  }

  @Override
  protected Path model() {
    return Path.of("../models/edgevlm-tiny/edgevlm-tiny.gguf");
  }

  @Override
  protected Map<String, String> configuration() {
    return Map.of("context_length", "128");
  }

  /** Kernels for one token and for several quantise activations apart; these tokens are noise. */
  @Override
  protected double tolerance() {
    return 0.06;
  }
}

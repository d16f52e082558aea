package org.edgevlm.plugin.llamacpp.bytedeco;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.NativeLibraries;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.Support;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceBackendProvider;

/**
 * Registers the layer-wise engine: GGUF models of the llama architecture, each layer with its own
 * KV.
 */
public final class BytedecoBackendProvider implements InferenceBackendProvider {

  /** The id of the backend and of the image encoder. */
  static final String ID = "llamacpp-bytedeco";

  static final String VERSION = "0.1.0";

  /** For {@link java.util.ServiceLoader}. */
  public BytedecoBackendProvider() {}

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String version() {
    return VERSION;
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public String description() {
    return "layer-wise engine on ggml: GGUF models of the llama architecture";
  }

  @Override
  public Support supports(Platform platform) {
    return NativeLibraries.support(platform);
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    return BytedecoKeys.ALL;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.of(
        Capability.TOKEN_STEPPING,
        Capability.IMAGE_EMBEDDINGS,
        Capability.REWIND,
        Capability.LAYERWISE_KV,
        Capability.ATTENTION_SCORES,
        Capability.EARLY_EXIT,
        Capability.KV_QUANTIZATION);
  }

  @Override
  public InferenceBackend create(PluginContext context) {
    NativeLibraries.unpackTo(context.workDirectory());
    NativeLibraries.load();
    return new BytedecoBackend(
        BytedecoKeys.settings(context.config()), BytedecoKeys.threads(context));
  }
}

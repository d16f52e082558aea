package org.edgevlm.plugin.llamacpp.jni;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.edgevlm.plugin.llamacpp.jni.natives.NativeLibrary;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.Support;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceBackendProvider;

/** Registers stock llama.cpp: GGUF models of every decoder architecture that it knows. */
public final class JniBackendProvider implements InferenceBackendProvider {

  /** For {@link java.util.ServiceLoader}. */
  public JniBackendProvider() {}

  @Override
  public String id() {
    return "llamacpp-jni";
  }

  @Override
  public String version() {
    return "0.1.0";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public String description() {
    return "stock llama.cpp (b4916): GGUF models of every decoder architecture that it knows";
  }

  /** Below the layer-wise engine, which policies need. */
  @Override
  public int priority() {
    return -10;
  }

  @Override
  public Support supports(Platform platform) {
    return NativeLibrary.support(platform);
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    return JniKeys.ALL;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.of(
        Capability.TOKEN_STEPPING,
        Capability.IMAGE_EMBEDDINGS,
        Capability.REWIND,
        Capability.KV_QUANTIZATION,
        Capability.GRAMMAR);
  }

  @Override
  public InferenceBackend create(PluginContext context) {
    NativeLibrary.load(context.workDirectory());
    return new JniBackend(JniKeys.settings(context));
  }
}

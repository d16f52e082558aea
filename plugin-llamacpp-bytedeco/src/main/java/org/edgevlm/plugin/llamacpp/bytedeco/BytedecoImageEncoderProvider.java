package org.edgevlm.plugin.llamacpp.bytedeco;

import java.util.List;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.NativeLibraries;
import org.edgevlm.plugin.llamacpp.bytedeco.image.GgmlImageEncoderFactory;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.Support;
import org.edgevlm.spi.inference.ImageEncoderFactory;
import org.edgevlm.spi.inference.ImageEncoderProvider;

/** Registers the image encoder: CLIP and SigLIP towers with LLaVA's and MobileVLM's projectors. */
public final class BytedecoImageEncoderProvider implements ImageEncoderProvider {

  /** For {@link java.util.ServiceLoader}. */
  public BytedecoImageEncoderProvider() {}

  @Override
  public String id() {
    return BytedecoBackendProvider.ID;
  }

  @Override
  public String version() {
    return BytedecoBackendProvider.VERSION;
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public String description() {
    return "image encoder on ggml: CLIP and SigLIP with projectors mlp, ldp and ldpv2";
  }

  @Override
  public Support supports(Platform platform) {
    return NativeLibraries.support(platform);
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    return List.of(BytedecoKeys.THREADS, BytedecoKeys.IMAGE_WEIGHTS);
  }

  @Override
  public ImageEncoderFactory create(PluginContext context) {
    NativeLibraries.unpackTo(context.workDirectory());
    NativeLibraries.load();
    Compute compute = new Compute(BytedecoKeys.threads(context));
    return new GgmlImageEncoderFactory(compute, context.config().get(BytedecoKeys.IMAGE_WEIGHTS));
  }
}

package org.edgevlm.spi.decoding;

import java.util.Optional;
import org.edgevlm.spi.Api;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.LanguageModel;

/**
 * What a strategy is made with: its configuration, the model it serves, and a way to open another.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface DecodingContext extends PluginContext {

  /** The model that answers. Owned by the runtime. */
  LanguageModel target();

  /**
   * The model that lies beside the target to draft for it, as {@link #open} takes it; empty where
   * there is none. That it fits is for the strategy to check.
   */
  default Optional<String> draft() {
    return Optional.empty();
  }

  /**
   * Opens a further model with the same backend, within the memory limit. The strategy closes it.
   *
   * @param model a model's name or path, as under {@code model} in the configuration
   */
  LanguageModel open(String model);

  /**
   * Opens a further model's own image encoder, within the memory limit. The strategy closes it.
   *
   * @param model as for {@link #open}
   * @throws org.edgevlm.spi.EdgeVlmException if the model has no projector
   */
  ImageEncoder openEncoder(String model);
}

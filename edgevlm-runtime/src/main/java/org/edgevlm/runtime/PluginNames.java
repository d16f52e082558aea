package org.edgevlm.runtime;

import java.util.List;
import java.util.Objects;

/**
 * Which plugins and which model made an answer, by id: those that really ran, which is less than
 * was configured where something was {@link Degradation degraded}.
 *
 * @param backend the inference backend
 * @param encoder the image encoder
 * @param vision the image processor
 * @param cache the cache policies, in order
 * @param decoding the decoding strategy
 * @param model the model, as the configuration names it
 */
public record PluginNames(
    String backend,
    String encoder,
    String vision,
    List<String> cache,
    String decoding,
    String model) {

  public PluginNames {
    Objects.requireNonNull(backend, "backend");
    Objects.requireNonNull(encoder, "encoder");
    Objects.requireNonNull(vision, "vision");
    cache = List.copyOf(cache);
    Objects.requireNonNull(decoding, "decoding");
    Objects.requireNonNull(model, "model");
  }
}

package org.edgevlm.runtime.pipeline;

import java.util.List;
import java.util.Optional;
import org.edgevlm.runtime.config.CoreKeys;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.vision.ImageLimits;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;

/**
 * What the configuration says to the assembly and the pipeline.
 *
 * @param degrade whether what doesn't fit the backend is done without
 * @param memoryLimit bytes; 0 for auto
 * @param promptTemplate {@link #AUTO} or a template for {@link PromptTemplate}
 * @param captionPrompt {@link #AUTO} or what a caption asks
 * @param imageCacheMb most memory for encoded pictures
 * @param resize in place of what the encoder asks for
 * @param interpolation in place of what the encoder asks for
 */
record Settings(
    String backend,
    String encoder,
    String vision,
    List<String> cache,
    String decoding,
    String model,
    boolean degrade,
    long memoryLimit,
    String promptTemplate,
    String captionPrompt,
    ImageLimits imageLimits,
    int imageCacheMb,
    Optional<ResizeMethod> resize,
    Optional<Interpolation> interpolation) {

  static final String AUTO = CoreKeys.AUTO;

  static Settings of(ConfigValues core) {
    return new Settings(
        core.get(CoreKeys.BACKEND),
        core.get(CoreKeys.ENCODER),
        core.get(CoreKeys.VISION),
        core.get(CoreKeys.CACHE),
        core.get(CoreKeys.DECODING),
        core.get(CoreKeys.MODEL),
        core.get(CoreKeys.DEGRADE),
        core.get(CoreKeys.MEMORY_LIMIT),
        core.get(CoreKeys.PROMPT_TEMPLATE),
        core.get(CoreKeys.CAPTION_PROMPT),
        CoreKeys.imageLimits(core),
        core.get(CoreKeys.IMAGE_CACHE_MB),
        core.get(CoreKeys.IMAGE_RESIZE).method(),
        core.get(CoreKeys.IMAGE_INTERPOLATION).interpolation());
  }

  /** An encoder's wishes with what the user would rather have. */
  Preprocessing adjust(Preprocessing wanted) {
    return new Preprocessing(
        wanted.width(),
        wanted.height(),
        resize.orElse(wanted.resize()),
        interpolation.orElse(wanted.interpolation()),
        wanted.normalization(),
        wanted.tiles());
  }
}

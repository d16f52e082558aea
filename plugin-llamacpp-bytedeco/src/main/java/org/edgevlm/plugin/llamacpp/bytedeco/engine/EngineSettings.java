package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.util.Optional;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.LlamaShape;

/**
 * What the configuration says of the engine.
 *
 * @param contextLength positions of a session; 0 for what the model was trained with
 * @param batch tokens that go through the layers together in a prefill
 * @param chatTemplate a template or the name of one that llama.cpp knows, in place of the file's
 */
public record EngineSettings(int contextLength, int batch, Optional<String> chatTemplate) {

  /** The model's own context, up to this many positions, where the configuration names none. */
  private static final int MODERATE_CONTEXT = 2048;

  /** Positions of a session of a model. */
  public int contextLength(LlamaShape shape) {
    return contextLength == 0 ? Math.min(shape.contextLength(), MODERATE_CONTEXT) : contextLength;
  }
}

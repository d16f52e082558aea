package org.edgevlm.plugin.speculative;

import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.inference.ModelInfo;

/** The exit at which a model drafts for itself, as the configuration says it. */
final class DraftLayer {

  static final String AUTO = "auto";

  /** Of the depth, where a model names no exit. */
  private static final double PART = 1.0 / 3;

  private DraftLayer() {}

  /**
   * The layer.
   *
   * @param wanted a number, a fraction of the depth, or {@link #AUTO} for the first exit that the
   *     model was trained with, else a third of the depth
   * @return a layer counted from 1, before the last
   * @throws PluginException if there is no such layer
   */
  static int of(String wanted, ModelInfo model) {
    int layers = model.layers();
    int layer = wanted.equals(AUTO) ? own(model) : number(wanted, layers);
    if (layer < 1 || layer >= layers) {
      throw new PluginException(
          "self-speculative.layer: '"
              + wanted
              + "' is layer "
              + layer
              + " of "
              + layers
              + ": a draft needs one from 1 to "
              + (layers - 1));
    }
    return layer;
  }

  private static int own(ModelInfo model) {
    return model.exitLayers().stream()
        .filter(layer -> layer < model.layers())
        .min(Integer::compare)
        .orElseGet(() -> Math.max(1, (int) Math.round(PART * model.layers())));
  }

  private static int number(String text, int layers) {
    try {
      int slash = text.indexOf('/');
      double value =
          slash < 0
              ? Double.parseDouble(text)
              : Double.parseDouble(text.substring(0, slash))
                  / Double.parseDouble(text.substring(slash + 1));
      if (value > 0 && value < 1) {
        return Math.max(1, (int) Math.round(value * layers));
      }
      if (value == Math.rint(value) && Math.abs(value) <= 10_000) {
        return (int) value;
      }
    } catch (NumberFormatException e) {
      // Said below, as for numbers that make no sense.
    }
    throw new PluginException(
        "self-speculative.layer: '"
            + text
            + "' is no layer: expected auto, a number such as 8, or a part of the depth such as"
            + " 1/3 or 0.33");
  }
}

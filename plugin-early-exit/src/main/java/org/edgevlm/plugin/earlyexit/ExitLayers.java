package org.edgevlm.plugin.earlyexit;

import java.util.List;
import java.util.TreeSet;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.inference.ModelInfo;

/** Where a model's steps may end, as the configuration says it: numbers of layers or fractions. */
final class ExitLayers {

  private static final String AUTO = "auto";

  /** The published exits: 8, 12, 16 and 20 of 24. */
  private static final List<String> PUBLISHED = List.of("1/3", "1/2", "2/3", "5/6");

  private ExitLayers() {}

  /**
   * The exits of a model.
   *
   * @param wanted numbers or fractions; {@code auto} stands for those the model was trained with,
   *     or the published ones
   * @param least a number or fraction; exits before it don't count
   * @return layers counted from 1, ascending, before the last
   * @throws PluginException if nothing is left, or something is no number
   */
  static List<Integer> of(List<String> wanted, String least, ModelInfo model) {
    int layers = model.layers();
    int minimum = layer(least, layers);
    TreeSet<Integer> exits = new TreeSet<>();
    if (!wanted.equals(List.of(AUTO))) {
      wanted.forEach(text -> exits.add(layer(text, layers)));
    } else if (model.exitLayers().isEmpty()) {
      PUBLISHED.forEach(text -> exits.add(layer(text, layers)));
    } else {
      exits.addAll(model.exitLayers());
    }
    List<Integer> usable =
        exits.stream().filter(layer -> layer >= minimum && layer < layers).toList();
    if (usable.isEmpty()) {
      throw new PluginException(
          "early-exit.layers "
              + wanted
              + " leaves no exit: a model of "
              + layers
              + " layers can leave after "
              + Math.max(1, minimum)
              + " (early-exit.minimum_layers) to "
              + (layers - 1));
    }
    return usable;
  }

  private static int layer(String text, int layers) {
    try {
      int slash = text.indexOf('/');
      double value =
          slash < 0
              ? Double.parseDouble(text)
              : Double.parseDouble(text.substring(0, slash))
                  / Double.parseDouble(text.substring(slash + 1));
      boolean fraction = value < 1;
      if (value >= 0 && value <= 10_000 && (fraction || value == Math.rint(value))) {
        return (int) Math.round(fraction ? value * layers : value);
      }
    } catch (NumberFormatException e) {
      // Said below, as for numbers that make no sense.
    }
    throw new PluginException(
        "early-exit has the layer '"
            + text
            + "': expected a number such as 8, or a part of the depth such as 1/3 or 0.33");
  }
}

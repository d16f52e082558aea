package org.edgevlm.plugin.cache.pyramid;

import java.util.List;
import org.edgevlm.spi.PluginException;

/**
 * How a layer's share follows from its depth.
 *
 * @param ratios shares from the first group of layers to the last, each above 0 and at most 1
 * @param boundaries where groups begin, as parts of the model's depth, one fewer than ratios; empty
 *     for groups of the same size
 * @param curve what is between the ratios
 */
record Profile(List<Double> ratios, List<Double> boundaries, Curve curve) {

  /** What is between the ratios. */
  enum Curve {
    /** Each group has its ratio. */
    STEP,
    /** From the first ratio to the last, with each layer less by the same amount (PyramidKV). */
    LINEAR,
    /** From the first ratio to the last, with each layer less by the same factor (PyramidInfer). */
    GEOMETRIC
  }

  Profile {
    ratios = List.copyOf(ratios);
    boundaries = List.copyOf(boundaries);
    if (ratios.isEmpty()) {
      throw new PluginException(
          "pyramid.ratios is empty: it must be a list, as in [1.0, 0.7, 0.3]");
    }
    for (double ratio : ratios) {
      if (!(ratio > 0 && ratio <= 1)) {
        throw new PluginException(
            "pyramid.ratios has " + ratio + ": each must be above 0 and at most 1");
      }
    }
    if (!boundaries.isEmpty() && boundaries.size() != ratios.size() - 1) {
      throw new PluginException(
          "pyramid.boundaries has "
              + boundaries.size()
              + " for "
              + ratios.size()
              + " ratios: it must have one fewer, or be empty");
    }
    double before = 0;
    for (double boundary : boundaries) {
      if (!(boundary > before && boundary < 1)) {
        throw new PluginException(
            "pyramid.boundaries has " + boundary + ": they must ascend between 0 and 1");
      }
      before = boundary;
    }
  }

  /** The share of a layer. */
  double share(int layer, int layers) {
    if (curve == Curve.STEP) {
      return ratios.get(group(layer, layers));
    }
    double first = ratios.get(0);
    double last = ratios.get(ratios.size() - 1);
    double depth = layers == 1 ? 0 : (double) layer / (layers - 1);
    return curve == Curve.LINEAR
        ? first + (last - first) * depth
        : first * Math.pow(last / first, depth);
  }

  private int group(int layer, int layers) {
    if (boundaries.isEmpty()) {
      return Math.min(ratios.size() - 1, layer * ratios.size() / layers);
    }
    int group = 0;
    while (group < boundaries.size() && layer >= Math.round(boundaries.get(group) * layers)) {
      group++;
    }
    return group;
  }
}

package org.edgevlm.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.edgevlm.spi.inference.Confidence;
import org.edgevlm.spi.inference.ExitRule;

/**
 * Synthetic exits: random weights are never sure of anything, so a schedule decides where a step
 * ends, evenly enough that a dozen tokens have its shares. The confidence is read at each exit
 * layer all the same, for that is what a check costs.
 */
final class ExitSchedule implements ExitRule {

  /** Parts of the depth: 8, 12, 16 and 20 of 24, as published. */
  private static final List<Double> DEPTHS = List.of(1 / 3.0, 1 / 2.0, 2 / 3.0, 5 / 6.0);

  /** Its multiples lie evenly between 0 and 1, but for whole numbers. */
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

  private final List<Integer> layers;
  private int token;
  private List<Double> shares = List.of();
  private double drawn;
  private float sum;

  /**
   * A schedule for a model; without shares nothing ever exits.
   *
   * @param depth the model's layers
   */
  ExitSchedule(int depth) {
    List<Integer> found = new ArrayList<>();
    for (double part : DEPTHS) {
      int layer = Math.max(1, (int) Math.round(part * depth));
      if (layer < depth && !found.contains(layer)) {
        found.add(layer);
      }
    }
    layers = List.copyOf(found);
  }

  /** Where steps may end. */
  List<Integer> layers() {
    return layers;
  }

  /** From now on, these shares of the tokens leave at the exit layers, in their order. */
  void follow(List<Double> newShares) {
    shares = newShares;
    token = 0;
  }

  @Override
  public boolean exit(int layer, Confidence confidence) {
    sum += confidence.max();
    int index = layers.indexOf(layer);
    if (index == 0) {
      drawn = ++token * GOLDEN % 1;
    }
    double reached = 0;
    for (int i = 0; i <= index && i < shares.size(); i++) {
      reached += shares.get(i);
    }
    return drawn < reached;
  }

  /** All confidences together: somebody has to want them. */
  float confidences() {
    return sum;
  }
}

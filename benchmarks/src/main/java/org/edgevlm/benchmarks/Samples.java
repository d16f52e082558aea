package org.edgevlm.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What was measured in several rounds.
 *
 * @param values one a round, in order
 */
record Samples(List<Double> values) {

  Samples {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("nothing was measured");
    }
    values = List.copyOf(values);
  }

  static Samples of(double value) {
    return new Samples(List.of(value));
  }

  double median() {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  double min() {
    return Collections.min(values);
  }

  double max() {
    return Collections.max(values);
  }

  /** Each value by the one of the same round. */
  Samples dividedBy(Samples others) {
    if (others.values.size() != values.size()) {
      throw new IllegalArgumentException(
          values.size() + " and " + others.values.size() + " rounds");
    }
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      ratios.add(values.get(i) / others.values.get(i));
    }
    return new Samples(ratios);
  }
}

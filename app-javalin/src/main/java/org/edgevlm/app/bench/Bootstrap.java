package org.edgevlm.app.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * Percentile bootstrap (B. Efron, "Bootstrap Methods", 1979): what a figure comes to when the units
 * are drawn again with replacement. Seeded, so that the same data give the same interval.
 */
final class Bootstrap {

  private static final int RESAMPLES = 1000;
  private static final double TAIL = 0.025;
  private static final long SEED = 20_261_101;

  private Bootstrap() {}

  /**
   * A figure with its 95 % interval.
   *
   * @param units what is independent of each other: pictures, not the questions about one
   * @param figure of some units; those that have none (not a number) are left out
   */
  static <T> Interval of(List<T> units, ToDoubleFunction<List<T>> figure) {
    double value = figure.applyAsDouble(units);
    SplittableRandom random = new SplittableRandom(SEED);
    double[] drawn = new double[RESAMPLES];
    int count = 0;
    List<T> sample = new ArrayList<>(units.size());
    for (int i = 0; i < RESAMPLES; i++) {
      sample.clear();
      for (int j = 0; j < units.size(); j++) {
        sample.add(units.get(random.nextInt(units.size())));
      }
      double of = figure.applyAsDouble(sample);
      if (!Double.isNaN(of)) {
        drawn[count++] = of;
      }
    }
    if (count == 0) {
      return Interval.exact(value);
    }
    Arrays.sort(drawn, 0, count);
    double low = drawn[(int) Math.floor(TAIL * (count - 1))];
    double high = drawn[(int) Math.ceil((1 - TAIL) * (count - 1))];
    return new Interval(value, Math.min(low, value), Math.max(high, value));
  }

  /** The middle one, or the mean of the two in the middle; not a number of none. */
  static double median(double[] values) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}

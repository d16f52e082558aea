package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

/**
 * Collects how far rows of logits are from those of an oracle. Differences are measured in standard
 * deviations of the oracle's row, so that one tolerance serves models of any scale.
 */
final class Agreement {

  private final String what;
  private final double tolerance;
  private double worst;
  private int rows;
  private int certain;

  Agreement(String what, double tolerance) {
    this.what = what;
    this.tolerance = tolerance;
  }

  void row(float[] expected, float[] actual) {
    double[] widened = new double[expected.length];
    for (int i = 0; i < widened.length; i++) {
      widened[i] = expected[i];
    }
    row(widened, actual);
  }

  /** Compares a row, and the greedy token where the oracle's lead exceeds the tolerance. */
  void row(double[] expected, float[] actual) {
    assertEquals(expected.length, actual.length);
    double sum = 0;
    double squares = 0;
    for (double value : expected) {
      sum += value;
      squares += value * value;
    }
    double mean = sum / expected.length;
    double deviation = Math.sqrt(squares / expected.length - mean * mean);
    int best = 0;
    double second = Double.NEGATIVE_INFINITY;
    int actualBest = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs(expected[i] - actual[i]) / deviation;
      // Written so that a NaN fails.
      if (!(difference <= tolerance)) {
        fail(
            String.format(
                "%s, row %d: logit %d is off by %.3g standard deviations; allowed are %.3g",
                what, rows, i, difference, tolerance));
      }
      worst = Math.max(worst, difference);
      if (i > 0 && expected[i] > expected[best]) {
        second = expected[best];
        best = i;
      } else if (i > 0) {
        second = Math.max(second, expected[i]);
      }
      actualBest = actual[i] > actual[actualBest] ? i : actualBest;
    }
    if (expected[best] - second > tolerance * deviation) {
      certain++;
      assertEquals(best, actualBest, what + ", row " + rows + ": greedy token");
    }
    rows++;
  }

  /** Ends a comparison of so many rows. */
  void done(int expectedRows) {
    assertEquals(expectedRows, rows);
    assertTrue(certain > rows / 2, what + ": the tolerance decides only " + certain + " rows");
    if (Boolean.getBoolean("edgevlm.test.measure")) {
      System.out.printf("%s: %d rows, worst %.3g of %.3g%n", what, rows, worst, tolerance);
    }
  }
}

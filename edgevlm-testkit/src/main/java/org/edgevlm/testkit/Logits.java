package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import org.edgevlm.spi.inference.StepResult;

/** Rows of logits, copied, and how far apart they may be. */
final class Logits {

  private Logits() {}

  /** One row. */
  static float[] copy(StepResult result, int row) {
    float[] copy = new float[result.vocabularySize()];
    result.logits(row).get(0, copy);
    return copy;
  }

  /** All rows. */
  static float[][] copy(StepResult result) {
    float[][] rows = new float[result.rows()][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = copy(result, row);
    }
    return rows;
  }

  /**
   * Fails unless two rows are the same up to rounding.
   *
   * @param tolerance the largest difference, as a share of the largest expected logit
   */
  static void assertSame(float[] expected, float[] actual, double tolerance, String what) {
    assertEquals(expected.length, actual.length, what + ": logits in a row");
    double largest = 1e-6;
    double difference = 0;
    int at = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double here = Math.abs(expected[i] - actual[i]);
      // Written so that NaN counts.
      if (!(here <= difference)) {
        difference = here;
        at = i;
      }
    }
    if (!(difference <= tolerance * largest)) {
      fail(
          what
              + ": the logit of token "
              + at
              + " is "
              + actual[at]
              + " and should be "
              + expected[at]
              + " within "
              + tolerance * largest);
    }
  }

  /** Whether two rows differ by more than rounding. */
  static boolean differ(float[] one, float[] other, double tolerance) {
    try {
      assertSame(one, other, tolerance, "");
      return false;
    } catch (AssertionError e) {
      return true;
    }
  }
}

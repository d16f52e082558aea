package org.edgevlm.plugin.speculative;

import java.nio.FloatBuffer;
import org.edgevlm.spi.inference.StepResult;

/** How sure a row of logits is. */
final class Softmax {

  private Softmax() {}

  /** The probability of a token under the model's own distribution, at temperature 1. */
  static double probability(StepResult result, int row, int token) {
    FloatBuffer logits = result.logits(row);
    double at = logits.get(token);
    double sum = 0;
    for (int i = 0, n = result.vocabularySize(); i < n; i++) {
      sum += Math.exp(logits.get(i) - at);
    }
    return 1 / sum;
  }

  /** How far the highest logit is above the second highest. */
  static float margin(StepResult result, int row) {
    FloatBuffer logits = result.logits(row);
    float best = Float.NEGATIVE_INFINITY;
    float second = Float.NEGATIVE_INFINITY;
    for (int i = 0, n = result.vocabularySize(); i < n; i++) {
      float logit = logits.get(i);
      if (logit > best) {
        second = best;
        best = logit;
      } else if (logit > second) {
        second = logit;
      }
    }
    return best - second;
  }
}

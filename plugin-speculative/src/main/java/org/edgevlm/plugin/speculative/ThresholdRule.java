package org.edgevlm.plugin.speculative;

import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.inference.StepResult;

/**
 * The rule of the published design: a drafted token is accepted where the target gives it more than
 * a fixed probability, and otherwise the target chooses. When sampling, confident tokens come up
 * more often than they should: the text doesn't follow the target's distribution.
 */
final class ThresholdRule implements AcceptanceRule {

  private final Sampler own;
  private final double threshold;
  private final float[] weights;

  ThresholdRule(Sampler own, double threshold, int vocabularySize) {
    this.own = own;
    this.threshold = threshold;
    weights = new float[vocabularySize];
  }

  @Override
  public int choose(Sampler memory, StepResult result, int row, Draft draft, int index) {
    memory.probabilities(result, row, weights);
    if (index < draft.length()) {
      int drafted = draft.token(index);
      // What the request's sampler gives no weight, a grammar may forbid.
      if (weights[drafted] > 0 && Softmax.probability(result, row, drafted) > threshold) {
        return drafted;
      }
    }
    return own.draw(weights);
  }
}

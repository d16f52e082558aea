package org.edgevlm.plugin.speculative;

import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.inference.StepResult;

/**
 * Speculative sampling (Leviathan et al., arXiv 2211.17192; Chen et al., arXiv 2302.01318): a token
 * x that was drawn from q is accepted with probability min(1, p(x) / q(x)), and otherwise the
 * choice is drawn from what p has beyond q. The choice then follows p. A guess without a
 * distribution was drawn from one that has all weight on it.
 *
 * <p>All random numbers come from the request's own sampler, one after the other, so that a draft
 * and its acceptance are independent. How many are used depends on the drafts: the same seed need
 * not give the same text.
 */
final class RejectionRule implements AcceptanceRule {

  private final Sampler own;
  private final float[] weights;

  RejectionRule(Sampler own, int vocabularySize) {
    this.own = own;
    weights = new float[vocabularySize];
  }

  @Override
  public int choose(Sampler memory, StepResult result, int row, Draft draft, int index) {
    memory.probabilities(result, row, weights);
    if (index == draft.length()) {
      return own.draw(weights);
    }
    int drafted = draft.token(index);
    float[] q = draft.distribution(index);
    double drawnFrom = q == null ? 1 : q[drafted];
    if (own.uniform() * drawnFrom < weights[drafted]) {
      return drafted;
    }
    double rest = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.max(0, weights[i] - (q == null ? (i == drafted ? 1 : 0) : q[i]));
      rest += weights[i];
    }
    // Of equal distributions nothing but rounding is left; then the draft was as good as any.
    return rest > 0 ? own.draw(weights) : drafted;
  }
}

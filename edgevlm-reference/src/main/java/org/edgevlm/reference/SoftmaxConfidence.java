package org.edgevlm.reference;

import org.edgevlm.spi.inference.Confidence;

/** The softmax of a row of logits, looked at three ways. */
final class SoftmaxConfidence implements Confidence {

  private final float max;
  private final float margin;
  private final float entropy;

  SoftmaxConfidence(float[] logits) {
    double best = Double.NEGATIVE_INFINITY;
    double second = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      if (logit > best) {
        second = best;
        best = logit;
      } else if (logit > second) {
        second = logit;
      }
    }
    double sum = 0;
    double weighted = 0;
    for (float logit : logits) {
      double weight = Math.exp(logit - best);
      sum += weight;
      weighted += weight * (logit - best);
    }
    max = (float) (1 / sum);
    margin = (float) ((1 - Math.exp(second - best)) / sum);
    entropy = (float) (Math.log(sum) - weighted / sum);
  }

  @Override
  public float max() {
    return max;
  }

  @Override
  public float margin() {
    return margin;
  }

  @Override
  public float entropy() {
    return entropy;
  }
}

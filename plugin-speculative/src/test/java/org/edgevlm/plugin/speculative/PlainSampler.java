package org.edgevlm.plugin.speculative;

import java.util.SplittableRandom;
import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.inference.StepResult;

/**
 * Temperature 1, or less, and a repetition penalty, with the same order of random numbers as a
 * request's.
 */
final class PlainSampler implements Sampler {

  private static final float PENALTY = 1.5f;

  private final float sharpness;
  private final long[] state;
  private final boolean[] answered;

  PlainSampler(long seed, int vocabularySize) {
    this(1, seed, vocabularySize);
  }

  /**
   * @param sharpness what logits are multiplied by
   */
  PlainSampler(float sharpness, long seed, int vocabularySize) {
    this(sharpness, new long[] {seed}, new boolean[vocabularySize]);
  }

  private PlainSampler(float sharpness, long[] state, boolean[] answered) {
    this.sharpness = sharpness;
    this.state = state;
    this.answered = answered;
  }

  @Override
  public int sample(StepResult result, int row) {
    float[] weights = new float[result.vocabularySize()];
    probabilities(result, row, weights);
    return draw(weights);
  }

  @Override
  public void probabilities(StepResult result, int row, float[] probabilities) {
    double sum = 0;
    for (int i = 0; i < probabilities.length; i++) {
      float logit = sharpness * result.logits(row).get(i);
      float penalised = logit > 0 ? logit / PENALTY : logit * PENALTY;
      probabilities[i] = (float) Math.exp(answered[i] ? penalised : logit);
      sum += probabilities[i];
    }
    for (int i = 0; i < probabilities.length; i++) {
      probabilities[i] /= (float) sum;
    }
  }

  @Override
  public int draw(float[] weights) {
    double sum = 0;
    for (float weight : weights) {
      sum += weight;
    }
    double point = uniform() * sum;
    int chosen = -1;
    for (int i = 0; i < weights.length && point >= 0; i++) {
      if (weights[i] > 0) {
        chosen = i;
        point -= weights[i];
      }
    }
    return chosen;
  }

  @Override
  public double uniform() {
    return new SplittableRandom(state[0]++).nextDouble();
  }

  @Override
  public void accept(int token) {
    answered[token] = true;
  }

  @Override
  public Sampler copy() {
    return new PlainSampler(sharpness, state.clone(), answered.clone());
  }

  /** Nothing to free. */
  @Override
  public void close() {}
}

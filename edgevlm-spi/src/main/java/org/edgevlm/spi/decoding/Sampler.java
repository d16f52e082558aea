package org.edgevlm.spi.decoding;

import org.edgevlm.spi.Api;
import org.edgevlm.spi.inference.StepResult;

/**
 * Chooses tokens by a request's {@link SamplingParameters} and, where the request has a grammar,
 * among those that it allows; remembers the answer so far. Confined to the thread that decodes.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface Sampler extends AutoCloseable {

  /**
   * Chooses from one row of logits. Doesn't remember the choice: {@link #accept} does. Takes one
   * random number, as {@link #draw} and {@link #uniform} do, unless it is greedy.
   */
  int sample(StepResult result, int row);

  /**
   * The distribution that {@link #sample} draws from; for greedy sampling all weight is on one
   * token.
   *
   * @param probabilities gets one value for each token of the vocabulary, summing to 1
   */
  void probabilities(StepResult result, int row, float[] probabilities);

  /**
   * Draws a token from weights, which need not sum to 1.
   *
   * @param weights one for each token of the vocabulary, none negative, at least one positive
   */
  int draw(float[] weights);

  /** A random number in [0, 1), from the request's seed. */
  double uniform();

  /** Remembers a token as part of the answer. The runtime does this for emitted tokens. */
  void accept(int token);

  /**
   * A sampler with the same parameters, memory and random state, to try a draft with. Whoever
   * copies closes the copy.
   */
  Sampler copy();

  /** Frees what the sampler holds. Idempotent. */
  @Override
  void close();
}

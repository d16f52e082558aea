package org.edgevlm.plugin.speculative;

import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.inference.StepResult;

/**
 * A guess of the answer's next tokens, behind the last emitted one. Made once an answer and used
 * for each round.
 */
final class Draft {

  private final Pace pace;
  private final int vocabularySize;
  private final boolean distributed;
  private final int[] tokens;
  private final int[] levels;
  private final float[][] distributions;
  private int length;
  private int limit;

  /**
   * @param capacity tokens at most
   * @param distributed whether a drafter that draws its tokens is to say from which distribution
   */
  Draft(Pace pace, int capacity, int vocabularySize, boolean distributed) {
    this.pace = pace;
    this.vocabularySize = vocabularySize;
    this.distributed = distributed;
    tokens = new int[capacity + 1];
    levels = new int[capacity];
    distributions = new float[capacity][];
  }

  /** Begins a round. */
  void begin(int last, int newLimit) {
    tokens[0] = last;
    length = 0;
    limit = Math.min(newLimit, levels.length);
  }

  /** Whether one more token is likely to pay. */
  boolean wantsMore() {
    return length < limit && pace.wantsMore(this);
  }

  /**
   * Adds a token that is the drafter's only guess.
   *
   * @param level how sure the drafter is: 0 to {@link DraftSource#levels} - 1
   */
  void add(int token, int level) {
    levels[length] = level;
    tokens[++length] = token;
  }

  /**
   * A model's guess of the next token: what the request's sampler would choose of its logits, with
   * the same random numbers, penalties and grammar; or, where acceptance asks for a distribution, a
   * draw from it. To be {@linkplain #add added} by the caller.
   *
   * @param copy of the request's sampler, which was told of the tokens before
   * @param own the request's sampler
   */
  int pick(Sampler copy, Sampler own, StepResult result) {
    if (!distributed) {
      return copy.sample(result, 0);
    }
    float[] distribution = nextDistribution();
    copy.probabilities(result, 0, distribution);
    // Never from the copy: its random numbers are those that the draft is judged with.
    return own.draw(distribution);
  }

  private float[] nextDistribution() {
    if (distributions[length] == null) {
      distributions[length] = new float[vocabularySize];
    }
    return distributions[length];
  }

  /** The distribution that a token was drawn from; of a sole guess there is none. */
  float[] distribution(int index) {
    return distributions[index];
  }

  /** Drops all but the first tokens. */
  void truncate(int newLength) {
    length = newLength;
  }

  int length() {
    return length;
  }

  int limit() {
    return limit;
  }

  int token(int index) {
    return tokens[index + 1];
  }

  int level(int index) {
    return levels[index];
  }

  /** What the target is fed: the last emitted token and the drafted ones. */
  int[] fed() {
    return tokens;
  }
}

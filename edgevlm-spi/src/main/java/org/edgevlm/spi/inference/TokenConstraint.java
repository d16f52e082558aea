package org.edgevlm.spi.inference;

import org.edgevlm.spi.Api;

/**
 * Which tokens a {@link Grammar} allows next, as one answer grows. Used by one thread at a time.
 */
@Api(status = Api.Status.EXPERIMENTAL, since = "0.1")
public interface TokenConstraint extends AutoCloseable {

  /** Whether a token may come next. An end-of-generation token may where the answer is complete. */
  boolean allows(int token);

  /**
   * Sets the logits of all tokens that may not come next to negative infinity.
   *
   * @param logits one for each token of the vocabulary
   */
  void mask(float[] logits);

  /**
   * Goes on by a token. An allowed end-of-generation token leaves the constraint as it is, so that
   * a strategy that drafts past an answer's end finds the end still allowed.
   *
   * @throws IllegalArgumentException if it isn't allowed; the constraint is as it was
   */
  void accept(int token);

  /** A constraint in the same state that goes its own way; its owner closes it. */
  TokenConstraint copy();

  /** Frees what the constraint holds. Idempotent. */
  @Override
  void close();
}

package org.edgevlm.spi.decoding;

/**
 * Produces an answer's tokens. One strategy serves many requests, several at a time; a request's
 * state lives in its {@link DecodingTask} and on the stack.
 */
public interface DecodingStrategy extends AutoCloseable {

  /**
   * Decodes until {@link DecodingTask#emit} says stop. The task's session has the whole prompt in
   * it; on return it holds the prompt and the tokens that were emitted, except that the last one
   * may be missing.
   *
   * @return what the strategy has to say of itself
   */
  DecodingReport decode(DecodingTask task);

  /** Frees what the strategy holds, a draft model for example. Idempotent. */
  @Override
  default void close() {}
}

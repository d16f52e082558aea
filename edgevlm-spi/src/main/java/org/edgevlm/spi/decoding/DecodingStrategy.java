package org.edgevlm.spi.decoding;

import java.util.Optional;
import org.edgevlm.spi.Api;
import org.edgevlm.spi.inference.EarlyExit;

/**
 * Produces an answer's tokens. One strategy serves many requests, several at a time; a request's
 * state lives in its {@link DecodingTask} and on the stack.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface DecodingStrategy extends AutoCloseable {

  /**
   * Decodes until {@link DecodingTask#emit} says stop. The task's session has the whole prompt in
   * it; on return it holds the prompt and the tokens that were emitted, except that the last one
   * may be missing.
   *
   * @return what the strategy has to say of itself
   */
  DecodingReport decode(DecodingTask task);

  /**
   * Where the target's steps may end early. Asked for each request before its session is opened, so
   * that a rule can hold the request's state; {@link DecodingTask#sessionOptions} gives it back. A
   * strategy that returns one requires {@link org.edgevlm.spi.Capability#EARLY_EXIT}.
   */
  default Optional<EarlyExit> earlyExit() {
    return Optional.empty();
  }

  /** Frees what the strategy holds, a draft model for example. Idempotent. */
  @Override
  default void close() {}
}

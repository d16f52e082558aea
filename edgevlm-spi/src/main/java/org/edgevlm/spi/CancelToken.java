package org.edgevlm.spi;

/** Asked between any two tokens, and between the parts of a long prefill, whether to stop. */
@Api(status = Api.Status.STABLE, since = "0.1")
@FunctionalInterface
public interface CancelToken {

  /** Never cancelled. */
  CancelToken NEVER = () -> false;

  /** Whether the caller has lost interest. Once true it stays true. Callable from any thread. */
  boolean isCancelled();
}

package org.edgevlm.spi;

/** Asked between any two tokens, and between the parts of a long prefill, whether to stop. */
@FunctionalInterface
public interface CancelToken {

  /** Never cancelled. */
  CancelToken NEVER = () -> false;

  /** Whether the caller has lost interest. Once true it stays true. Callable from any thread. */
  boolean isCancelled();
}

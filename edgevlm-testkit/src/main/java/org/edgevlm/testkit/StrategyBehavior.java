package org.edgevlm.testkit;

/**
 * What a decoding strategy may lack; expected unless {@link DecodingStrategyContract#lacks} names
 * it.
 */
public enum StrategyBehavior {
  /** Greedy answers are those of the model alone, token by token. */
  LOSSLESS,
  /** The same seed gives the same answer. */
  REPEATABLE
}

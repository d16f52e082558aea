package org.edgevlm.spi.inference;

/**
 * How sure a model is of the next token, from the softmax of a row of logits. Valid during the
 * call.
 */
public interface Confidence {

  /** The largest probability. */
  float max();

  /** The largest probability less the second largest. */
  float margin();

  /** The entropy in nats. */
  float entropy();
}

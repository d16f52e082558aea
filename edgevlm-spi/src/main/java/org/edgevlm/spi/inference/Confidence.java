package org.edgevlm.spi.inference;

import org.edgevlm.spi.Api;

/**
 * How sure a model is of the next token, from the softmax of a row of logits. Valid during the
 * call.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface Confidence {

  /** The largest probability. */
  float max();

  /** The largest probability less the second largest. */
  float margin();

  /** The entropy in nats. */
  float entropy();
}

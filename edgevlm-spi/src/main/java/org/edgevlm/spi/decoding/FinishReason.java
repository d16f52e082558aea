package org.edgevlm.spi.decoding;

import org.edgevlm.spi.Api;

/** Why an answer ended. */
@Api(status = Api.Status.STABLE, since = "0.1")
public enum FinishReason {
  /** The model ended it. */
  STOP,
  /** The token limit or the end of the context was reached. */
  LENGTH,
  /** The caller lost interest. */
  CANCELLED
}

package org.edgevlm.spi.decoding;

/** Why an answer ended. */
public enum FinishReason {
  /** The model ended it. */
  STOP,
  /** The token limit or the end of the context was reached. */
  LENGTH,
  /** The caller lost interest. */
  CANCELLED
}

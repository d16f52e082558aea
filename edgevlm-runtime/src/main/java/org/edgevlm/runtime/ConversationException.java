package org.edgevlm.runtime;

import org.edgevlm.spi.EdgeVlmException;

/**
 * The prompt's template has no place for what was said before the question. The message says what
 * would help, and has nothing of the conversation in it.
 */
public class ConversationException extends EdgeVlmException {

  private static final long serialVersionUID = 1L;

  /** An error with a message for whoever configured the model. */
  public ConversationException(String message) {
    super(message);
  }
}

package org.edgevlm.spi.inference;

import org.edgevlm.spi.Api;
import org.edgevlm.spi.EdgeVlmException;

/** A grammar can't be read. The message says what is wrong with it, and names no files. */
@Api(status = Api.Status.EXPERIMENTAL, since = "0.1")
public class GrammarException extends EdgeVlmException {

  private static final long serialVersionUID = 1L;

  /** An error with a message for whoever wrote the grammar. */
  public GrammarException(String message) {
    super(message);
  }

  /** An error with a message for whoever wrote the grammar, and what led to it. */
  public GrammarException(String message, Throwable cause) {
    super(message, cause);
  }
}

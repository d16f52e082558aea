package org.edgevlm.spi.inference;

import org.edgevlm.spi.Api;
import org.edgevlm.spi.EdgeVlmException;

/**
 * A model file is broken, or of a kind that the backend doesn't run. The message says what and
 * where.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public class ModelFormatException extends EdgeVlmException {

  private static final long serialVersionUID = 1L;

  /** An error with a message that names the file, the place and the problem. */
  public ModelFormatException(String message) {
    super(message);
  }

  /** An error with a message and what led to it. */
  public ModelFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}

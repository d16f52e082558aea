package org.edgevlm.spi;

/**
 * The root of the errors that this platform reports. A message says what was wrong and what would
 * be right; it is meant for the operator and may name files, so servers send clients a fixed text
 * chosen by the error's type instead.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public class EdgeVlmException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** An error with a message for the operator. */
  public EdgeVlmException(String message) {
    super(message);
  }

  /** An error with a message for the operator and what led to it. */
  public EdgeVlmException(String message, Throwable cause) {
    super(message, cause);
  }
}

package org.edgevlm.spi;

/** A plugin can't be loaded, can't be made, doesn't fit the set, or broke its contract. */
@Api(status = Api.Status.STABLE, since = "0.1")
public class PluginException extends EdgeVlmException {

  private static final long serialVersionUID = 1L;

  /** An error with a message for the operator. */
  public PluginException(String message) {
    super(message);
  }

  /** An error with a message for the operator and what led to it. */
  public PluginException(String message, Throwable cause) {
    super(message, cause);
  }
}

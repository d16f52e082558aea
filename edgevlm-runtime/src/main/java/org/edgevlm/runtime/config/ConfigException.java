package org.edgevlm.runtime.config;

import org.edgevlm.spi.EdgeVlmException;

/**
 * The configuration is wrong. The message begins with where (file and line, environment variable or
 * {@code --set}), names the key, and says what would be right.
 */
public class ConfigException extends EdgeVlmException {

  private static final long serialVersionUID = 1L;

  /** An error with a message for the operator. */
  public ConfigException(String message) {
    super(message);
  }

  /** An error with a message for the operator and what led to it. */
  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}

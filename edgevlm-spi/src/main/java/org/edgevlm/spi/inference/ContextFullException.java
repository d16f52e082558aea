package org.edgevlm.spi.inference;

import org.edgevlm.spi.Api;
import org.edgevlm.spi.EdgeVlmException;

/** A step would go beyond the session's last position. The session is as it was before the step. */
@Api(status = Api.Status.STABLE, since = "0.1")
public class ContextFullException extends EdgeVlmException {

  private static final long serialVersionUID = 1L;

  /**
   * @param position where the session is
   * @param wanted how many positions the step would add
   * @param capacity positions the session has in all
   */
  public ContextFullException(int position, int wanted, int capacity) {
    super(
        "a step of "
            + wanted
            + " tokens at position "
            + position
            + " goes beyond the context of "
            + capacity
            + " tokens: shorten the prompt or raise the backend's context_length");
  }
}

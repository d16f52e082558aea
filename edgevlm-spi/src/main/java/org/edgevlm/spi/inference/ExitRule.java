package org.edgevlm.spi.inference;

import org.edgevlm.spi.Api;

/**
 * Decides at an exit layer whether the hidden state there is good enough. Called on the session's
 * thread.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
@FunctionalInterface
public interface ExitRule {

  /**
   * Whether the step ends here.
   *
   * @param layer the exit layer, counted from 1
   * @param confidence how sure the model is at this layer
   */
  boolean exit(int layer, Confidence confidence);

  /**
   * Whether steps may end early now. Asked before each step of one token; where it says no, the
   * rule isn't asked at the exits, and a backend saves what reading them out takes.
   *
   * @return true if not overridden
   */
  default boolean isOpen() {
    return true;
  }
}

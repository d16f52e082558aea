package org.edgevlm.spi.inference;

import java.util.Objects;

/**
 * One session's share of a step of several.
 *
 * @param session who is fed
 * @param input what it is fed
 * @param outputs which positions' logits are wanted
 */
public record SessionStep(InferenceSession session, StepInput input, Outputs outputs) {

  public SessionStep {
    Objects.requireNonNull(session, "session");
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(outputs, "outputs");
  }
}

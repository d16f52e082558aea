package org.edgevlm.spi.inference;

import java.util.Objects;
import org.edgevlm.spi.Api;

/**
 * One session's share of a step of several.
 *
 * @param session who is fed
 * @param input what it is fed
 * @param outputs which positions' logits are wanted
 */
@Api(status = Api.Status.EXPERIMENTAL, since = "0.1")
public record SessionStep(InferenceSession session, StepInput input, Outputs outputs) {

  public SessionStep {
    Objects.requireNonNull(session, "session");
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(outputs, "outputs");
  }
}

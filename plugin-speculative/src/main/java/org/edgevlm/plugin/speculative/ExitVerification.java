package org.edgevlm.plugin.speculative;

import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.StepResult;

/** Goes on from the exit at which the draft was made, through the layers above it. */
final class ExitVerification implements Verification {

  private final DraftGate gate;
  private final int layer;

  ExitVerification(DraftGate gate, int layer) {
    this.gate = gate;
    this.layer = layer;
  }

  @Override
  public void draft(InferenceSession session, int[] tokens, int offset, int count) {
    gate.open(true);
    for (int i = 0; i < count; i++) {
      session.step(tokens, offset + i, 1, Outputs.LAST);
    }
    gate.open(false);
  }

  @Override
  public StepResult verify(
      InferenceSession session, int start, int[] tokens, int offset, int count) {
    if (session.position() > start + count) {
      // The draft was cut.
      session.rewind(start + count);
    }
    return session.complete(tokens, offset, count);
  }

  @Override
  public boolean goesOn() {
    return true;
  }

  @Override
  public int layersBefore() {
    return layer;
  }
}

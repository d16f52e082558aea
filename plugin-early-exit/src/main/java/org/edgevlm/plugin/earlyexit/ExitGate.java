package org.edgevlm.plugin.earlyexit;

import org.edgevlm.spi.inference.Confidence;
import org.edgevlm.spi.inference.ExitRule;

/** Lets a step of one answer end where the model is sure enough. Confined to its thread. */
final class ExitGate implements ExitRule {

  private final Certainty certainty;
  private final double threshold;
  private final double mostNats;
  private boolean open = true;

  ExitGate(Certainty certainty, double threshold, int vocabularySize) {
    this.certainty = certainty;
    this.threshold = threshold;
    mostNats = Math.log(vocabularySize);
  }

  /** Whether steps may end early from now on. */
  void open(boolean newOpen) {
    open = newOpen;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean exit(int layer, Confidence confidence) {
    return open && certainty.of(confidence, mostNats) >= threshold;
  }
}

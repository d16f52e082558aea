package org.edgevlm.plugin.speculative;

import org.edgevlm.spi.inference.Confidence;
import org.edgevlm.spi.inference.ExitRule;

/**
 * Ends the target's steps at the exit while a draft is made, and notes how sure the model is there.
 * Of one answer, and confined to its thread.
 */
final class DraftGate implements ExitRule {

  private boolean open;
  private float sure;

  /** Whether steps end at the exit from now on. */
  void open(boolean newOpen) {
    open = newOpen;
  }

  /** The largest probability at the latest exit. */
  float sure() {
    return sure;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean exit(int layer, Confidence confidence) {
    sure = confidence.max();
    return open;
  }
}

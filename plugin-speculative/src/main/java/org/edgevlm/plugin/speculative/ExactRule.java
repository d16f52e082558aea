package org.edgevlm.plugin.speculative;

import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.inference.StepResult;

/**
 * The sampler's own choice from the target's logits, with the random number that plain decoding
 * would use at that place: the text is that of plain decoding, greedy or sampled, whatever the
 * drafts were.
 */
final class ExactRule implements AcceptanceRule {

  private final Sampler own;

  ExactRule(Sampler own) {
    this.own = own;
  }

  @Override
  public int choose(Sampler memory, StepResult result, int row, Draft draft, int index) {
    return memory.sample(result, row);
  }

  /**
   * Further choices than the first were drawn from a copy: the request's own sampler catches up.
   */
  @Override
  public void settle(int index) {
    if (index > 0) {
      own.uniform();
    }
  }

  @Override
  public boolean needsIdenticalRows() {
    return true;
  }
}

package org.edgevlm.plugin.speculative;

import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.inference.StepResult;

/**
 * Chooses an answer's next token from the target's logits, knowing what was drafted there. The
 * draft is accepted where the choice is the drafted token. Made for each answer.
 */
interface AcceptanceRule {

  /**
   * Chooses.
   *
   * @param memory remembers the answer and the draft up to here; nothing is drawn from it that
   *     {@link #settle} doesn't make good for
   * @param row of {@code result}
   * @param draft what was drafted
   * @param index of the drafted token, or the draft's length where the draft has ended
   */
  int choose(Sampler memory, StepResult result, int row, Draft draft, int index);

  /**
   * Called before a choice is emitted.
   *
   * @param index as in {@link #choose}
   */
  default void settle(int index) {}

  /** Whether rows must have the very logits of single steps for the choice to be the same. */
  default boolean needsIdenticalRows() {
    return false;
  }
}

package org.edgevlm.plugin.speculative;

import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.inference.StepResult;

/** Judges a draft row by row, up to the first token that isn't accepted. Made for each answer. */
final class Verifier {

  /** In place of a choice: the row is too near to call. */
  static final int UNSURE = -1;

  private final AcceptanceRule rule;
  private final Sampler own;
  private final StepCosts costs;
  private int accepted;
  private int next;

  Verifier(AcceptanceRule rule, Sampler own, StepCosts costs) {
    this.rule = rule;
    this.own = own;
    this.costs = costs;
  }

  /** Judges a draft by the target's logits, one row for each token that was fed. */
  void verify(StepResult result, Draft draft) {
    boolean doubtful = rule.needsIdenticalRows() && draft.length() + 1 > costs.identicalRows();
    accepted = 0;
    Sampler copy = null;
    try {
      while (true) {
        if (doubtful && Softmax.margin(result, accepted) <= costs.tolerance()) {
          next = UNSURE;
          return;
        }
        Sampler memory = copy == null ? own : copy;
        next = rule.choose(memory, result, accepted, draft, accepted);
        if (accepted == draft.length() || next != draft.token(accepted)) {
          return;
        }
        if (copy == null) {
          copy = own.copy();
        }
        copy.accept(next);
        accepted++;
      }
    } finally {
      if (copy != null) {
        copy.close();
      }
    }
  }

  /** Drafted tokens to emit, before {@link #next}. */
  int accepted() {
    return accepted;
  }

  /** The choice after them, or {@link #UNSURE}. */
  int next() {
    return next;
  }
}

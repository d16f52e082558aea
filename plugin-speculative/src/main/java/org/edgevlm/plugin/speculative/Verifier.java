package org.edgevlm.plugin.speculative;

import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.spi.inference.Tokenizer;

/** Judges a draft row by row, up to the first token that isn't accepted. Made for each answer. */
final class Verifier {

  /** In place of a choice: the row is too near to call. */
  static final int UNSURE = -1;

  private final AcceptanceRule rule;
  private final Sampler own;
  private final Tokenizer tokenizer;
  private final StepCosts costs;
  private int accepted;
  private int next;
  private boolean hit;

  Verifier(AcceptanceRule rule, Sampler own, Tokenizer tokenizer, StepCosts costs) {
    this.rule = rule;
    this.own = own;
    this.tokenizer = tokenizer;
    this.costs = costs;
  }

  /** Judges a draft by the target's logits, one row for each token that was fed. */
  void verify(StepResult result, Draft draft) {
    boolean doubtful = rule.needsIdenticalRows() && draft.length() + 1 > costs.identicalRows();
    accepted = 0;
    hit = false;
    Sampler copy = null;
    try {
      while (true) {
        if (doubtful && Softmax.margin(result, accepted) <= costs.tolerance()) {
          next = UNSURE;
          return;
        }
        Sampler memory = copy == null ? own : copy;
        next = rule.choose(memory, result, accepted, draft, accepted);
        hit = accepted < draft.length() && next == draft.token(accepted);
        if (!hit || tokenizer.isEndOfGeneration(next)) {
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

  /** Whether {@link #next} was drafted too and ends the answer. */
  boolean endWasDrafted() {
    return hit;
  }
}

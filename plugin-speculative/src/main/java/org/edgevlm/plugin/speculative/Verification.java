package org.edgevlm.plugin.speculative;

import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.StepResult;

/** How the target gets from a draft to the logits of each of its tokens. */
interface Verification {

  /** All tokens through all layers, in one step. */
  Verification WHOLE =
      new Verification() {
        @Override
        public void draft(InferenceSession session, int[] tokens, int offset, int count) {
          // The target knows nothing of a draft that was made elsewhere.
        }

        @Override
        public StepResult verify(
            InferenceSession session, int start, int[] tokens, int offset, int count) {
          return session.step(tokens, offset, count, Outputs.ALL);
        }

        @Override
        public boolean goesOn() {
          return false;
        }

        @Override
        public int layersBefore() {
          return 0;
        }
      };

  /** Leaves a session as drafting these tokens does, so that verifying can be measured. */
  void draft(InferenceSession session, int[] tokens, int offset, int count);

  /**
   * Verifies.
   *
   * @param start the position of the first token
   * @param tokens the last emitted one, and behind it the drafted ones
   * @return logits of each
   */
  StepResult verify(InferenceSession session, int start, int[] tokens, int offset, int count);

  /**
   * Whether it goes on from what drafting left in the session. Then even a draft of nothing is
   * verified, for the last emitted token's sake.
   */
  boolean goesOn();

  /** The layers that a token passed while it was drafted and need not pass again. */
  int layersBefore();
}

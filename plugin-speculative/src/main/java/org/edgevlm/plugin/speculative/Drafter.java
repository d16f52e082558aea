package org.edgevlm.plugin.speculative;

import java.util.Map;

/**
 * Guesses how one answer goes on. Confined to the thread that decodes; closed when the answer ends.
 *
 * <p>Drafts don't contain the token that ends an answer: it comes for nothing, as the choice behind
 * an accepted draft.
 *
 * <p>A drafter may use the target's own session if its source's {@link Verification} {@linkplain
 * Verification#goesOn goes on} from there; others leave it alone.
 */
interface Drafter extends AutoCloseable {

  /**
   * Adds tokens to a draft, one after the other, until {@link Draft#wantsMore} says no or there is
   * nothing to guess.
   *
   * @param answer the tokens emitted so far, at least one
   * @param draft empty, with room for at least one token
   */
  void propose(Transcript answer, Draft draft);

  /** Layers of the target that drafting took so far, one for each token and layer. */
  default long targetLayers() {
    return 0;
  }

  /** What it adds to the answer's counters. */
  default Map<String, Long> counters() {
    return Map.of();
  }

  /** Frees what the drafter holds. Idempotent. */
  @Override
  void close();
}

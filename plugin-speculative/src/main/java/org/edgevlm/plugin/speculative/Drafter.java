package org.edgevlm.plugin.speculative;

/**
 * Guesses how one answer goes on. Confined to the thread that decodes; closed when the answer ends.
 *
 * <p>A drafter may use the target's own session, to draft by early exit for example, if it leaves
 * the session rewound to where it was.
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

  /** Frees what the drafter holds. Idempotent. */
  @Override
  void close();
}

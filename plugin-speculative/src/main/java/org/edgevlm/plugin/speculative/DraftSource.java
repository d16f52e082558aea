package org.edgevlm.plugin.speculative;

import java.util.Optional;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.SessionOptions;

/** Makes a {@link Drafter} for each answer. Safe for use by several threads at a time. */
interface DraftSource extends AutoCloseable {

  /**
   * How many levels of confidence its drafters tell apart; see {@link Draft#add}. What share of a
   * level's tokens is accepted is learned.
   */
  int levels();

  /** Makes an answer's drafter, reading the prompt. */
  Drafter open(DecodingTask task);

  /** Told of an answer's tokens when it ended. */
  default void learn(DecodingTask task, Transcript answer) {}

  /** Where the target's steps are to end while drafts are made, if they are; for each answer. */
  default Optional<EarlyExit> earlyExit() {
    return Optional.empty();
  }

  /**
   * How its drafts are verified.
   *
   * @param options of the target's session
   */
  default Verification verification(SessionOptions options) {
    return Verification.WHOLE;
  }

  /** Frees what the source holds. Idempotent. */
  @Override
  default void close() {}
}

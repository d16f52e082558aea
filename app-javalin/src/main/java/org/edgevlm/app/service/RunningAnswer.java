package org.edgevlm.app.service;

import java.time.Duration;
import java.util.Optional;
import org.edgevlm.runtime.Answer;

/**
 * An answer that waits for its turn or is being made. One thread reads it, any may close it. What
 * is made is kept until it is read, so that a reader that is slow holds nobody up.
 *
 * <p>The waiting methods throw what ended the answer: {@link ProblemException} with {@link
 * Problem#DEADLINE_EXCEEDED}, {@link Problem#STOPPING} or {@link Problem#STUCK}; what {@link
 * org.edgevlm.runtime.EdgeVlm#answer} throws, which {@link Problem#of} names; and {@link
 * java.util.concurrent.CancellationException} after {@link #close}. An interrupt closes the answer.
 */
public interface RunningAnswer extends AutoCloseable {

  /**
   * Waits for the next piece of text, which is never empty. All pieces, one after the other and
   * without white space at the ends, are the answer's text.
   *
   * @return empty when the answer is complete; then {@link #answer} doesn't wait
   */
  Optional<String> nextText();

  /**
   * Waits until {@link #nextText} would not have to, but no longer than this.
   *
   * @return whether a piece, the end or an error is there
   */
  boolean await(Duration atMost);

  /** Waits for the whole answer. Pieces that weren't read stay where they are. */
  Answer answer();

  /** Requests before this one, the one that is being answered included; 0 from its turn on. */
  int ahead();

  /**
   * Gives the answer up unless it is complete. A waiting request's place is free at once, that of
   * one that is being answered after the token at hand. Idempotent, never waits.
   */
  @Override
  void close();
}

package org.edgevlm.plugin.speculative;

import java.util.Map;
import org.edgevlm.spi.decoding.DecodingTask;

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

  /** What this source adds to the counters of an answer that it drafted for. */
  default Map<String, Long> counters() {
    return Map.of();
  }

  /** Frees what the source holds. Idempotent. */
  @Override
  default void close() {}
}

package org.edgevlm.app.bench;

import java.util.Map;
import org.edgevlm.app.score.Share;
import org.edgevlm.runtime.Timings;

/**
 * One answer.
 *
 * @param picture the picture's number
 * @param round 0 for the first
 * @param caption whether it is a caption; else the answer to a question
 * @param tokens ids, and {@link #END} where the model ended the answer itself
 * @param layers that made each token, without the end
 * @param right what was named or answered right
 */
record Observation(
    int picture,
    int round,
    boolean caption,
    int[] tokens,
    int[] layers,
    Timings timings,
    Map<String, Long> counters,
    Share right) {

  /** In place of a token id. */
  static final int END = -1;

  /** Milliseconds a token of the answer; not a number without any. */
  double millisPerToken() {
    return layers.length == 0 ? Double.NaN : timings.decodeMs() / layers.length;
  }

  long counter(String name) {
    return counters.getOrDefault(name, 0L);
  }
}

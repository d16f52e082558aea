package org.edgevlm.runtime.pipeline;

import java.util.List;

/**
 * Looks for the texts that end an answer. What may be the beginning of one is held back until more
 * is known, so that nothing of a stop text is ever released; the outcome doesn't depend on how the
 * text was cut into pieces.
 */
final class StopTexts {

  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private int released;
  private boolean met;

  StopTexts(List<String> stops) {
    this.stops = stops;
  }

  /**
   * Adds the text's next characters.
   *
   * @return those that can be shown now; nothing any more once a stop text was met
   */
  String append(String added) {
    if (met) {
      return "";
    }
    held.append(added);
    int start = found();
    met = start >= 0;
    return release(met ? start : held.length() - undecided());
  }

  /** Ends the text: gives what was held back, as nothing follows that could complete it. */
  String finish() {
    return met ? "" : release(held.length());
  }

  /** Whether one of the texts was met. */
  boolean met() {
    return met;
  }

  /** The beginning of the whole text that comes before a stop text; all of it if none was met. */
  String cut(String whole) {
    return met ? whole.substring(0, released) : whole;
  }

  private String release(int length) {
    String text = held.substring(0, length);
    held.delete(0, length);
    released += length;
    return text;
  }

  // The one that is complete first, as if the text came character by character; of two that are
  // complete at the same one, the longer.
  private int found() {
    int start = -1;
    int end = Integer.MAX_VALUE;
    for (String stop : stops) {
      int at = held.indexOf(stop);
      if (at >= 0 && (at + stop.length() < end || at + stop.length() == end && at < start)) {
        start = at;
        end = at + stop.length();
      }
    }
    return start;
  }

  // The longest end of the text that a stop text begins with.
  private int undecided() {
    int most = 0;
    for (String stop : stops) {
      int length = Math.min(stop.length() - 1, held.length());
      while (length > most && !stop.startsWith(held.substring(held.length() - length))) {
        length--;
      }
      most = Math.max(most, length);
    }
    return most;
  }
}

package org.edgevlm.app.bench;

import java.util.Arrays;

/**
 * How far answers are those of the reference, in tokens. The end of an answer counts as a token, so
 * a shorter answer isn't an equal one.
 *
 * @param tokens of the longer answer of each pair
 * @param equal those that are the same at the same place, whatever stands before
 * @param prefix those before the first difference
 * @param differing answers that differ
 * @param answers all answers
 */
record Agreement(long tokens, long equal, long prefix, int differing, int answers) {

  static final Agreement NONE = new Agreement(0, 0, 0, 0, 0);

  /** With one more pair of answers, each with its end. */
  Agreement plus(int[] reference, int[] own) {
    int shorter = Math.min(reference.length, own.length);
    int first = Arrays.mismatch(reference, own);
    int same = 0;
    for (int i = 0; i < shorter; i++) {
      same += reference[i] == own[i] ? 1 : 0;
    }
    return new Agreement(
        tokens + Math.max(reference.length, own.length),
        equal + same,
        prefix + (first < 0 ? shorter : first),
        differing + (first < 0 ? 0 : 1),
        answers + 1);
  }

  /** Equal tokens at equal places, of all. */
  double positions() {
    return tokens == 0 ? 1 : (double) equal / tokens;
  }

  /** Tokens up to the first difference, of all. */
  double upToFirstDifference() {
    return tokens == 0 ? 1 : (double) prefix / tokens;
  }

  /**
   * Of the tokens that were chosen after the same words, those that are the same: each answer gives
   * its tokens up to the first difference and, where there is one, that one choice.
   */
  double choices() {
    return prefix + differing == 0 ? 1 : (double) prefix / (prefix + differing);
  }
}

package org.edgevlm.plugin.speculative;

/**
 * What the target's steps cost by the number of tokens fed, and which of them give the very logits
 * of single steps. Safe for use by several threads at a time.
 *
 * <p>A step's time is the machine's pace times the step's share. The pace follows every step; the
 * shares were measured side by side and change where steps of different lengths follow each other.
 * So when the machine gets busy while only long steps are made, short ones are expected to have
 * become slower too.
 */
final class StepCosts {

  private final RunningMedian pace = new RunningMedian(1);
  private final RunningMedian[] shares;
  private final int identicalRows;
  private final float tolerance;
  private int latestRows = 1;

  /**
   * @param measured a step's time in microseconds; index 0 is a step of one token
   * @param identicalRows up to so many tokens a step, logits were those of single steps bit by bit;
   *     at least 1
   * @param tolerance how far apart they may be with more tokens
   */
  StepCosts(double[] measured, int identicalRows, float tolerance) {
    shares = new RunningMedian[measured.length];
    for (int i = 0; i < measured.length; i++) {
      shares[i] = new RunningMedian(measured[i]);
    }
    this.identicalRows = identicalRows;
    this.tolerance = tolerance;
  }

  /** The most tokens of a step that was measured. */
  int maxRows() {
    return shares.length;
  }

  /** A step's expected time. */
  double micros(int rows) {
    return pace.value() * shares[rows - 1].value();
  }

  /** A step's expected time as a multiple of a single step's: v(k). */
  double ratio(int rows) {
    return shares[rows - 1].value() / shares[0].value();
  }

  /** Takes a step's time in. */
  synchronized void observe(int rows, double stepMicros) {
    double believable = Math.max(stepMicros, 1e-3);
    RunningMedian share = shares[rows - 1];
    double paceNow = believable / share.value();
    if (rows != latestRows) {
      latestRows = rows;
      share.add(believable / pace.value());
    }
    pace.add(paceNow);
  }

  int identicalRows() {
    return identicalRows;
  }

  /** Logits nearer to each other than this may change their order in a step of several tokens. */
  float tolerance() {
    return tolerance;
  }
}

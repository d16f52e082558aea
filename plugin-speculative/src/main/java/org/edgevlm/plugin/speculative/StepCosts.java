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

  /** Of single steps; the first of {@link #shares} where verifying one token is a single step. */
  private final RunningMedian single;

  private final RunningMedian[] shares;
  private final RunningMedian draftPrice;
  private final int identicalRows;
  private final float tolerance;
  private RunningMedian latest;

  /**
   * @param measured the time that verifying takes, in microseconds; index 0 is for one token
   * @param identicalRows up to so many tokens, logits were those of single steps bit by bit
   * @param tolerance how far apart they may be with more tokens
   */
  StepCosts(double[] measured, int identicalRows, float tolerance) {
    this(Double.NaN, new RunningMedian(), measured, identicalRows, tolerance);
  }

  /**
   * The same where verifying goes on from the draft, and verifying one token is less than a step.
   *
   * @param singleStep a single step's time
   * @param draftPrice the time that a drafted token takes
   */
  StepCosts(
      double singleStep,
      RunningMedian draftPrice,
      double[] measured,
      int identicalRows,
      float tolerance) {
    this.draftPrice = draftPrice;
    shares = new RunningMedian[measured.length];
    for (int i = 0; i < measured.length; i++) {
      shares[i] = new RunningMedian(measured[i]);
    }
    single = Double.isNaN(singleStep) ? shares[0] : new RunningMedian(singleStep);
    latest = single;
    this.identicalRows = identicalRows;
    this.tolerance = tolerance;
  }

  /** The most tokens of a step that was measured. */
  int maxRows() {
    return shares.length;
  }

  /** Microseconds that a drafted token takes; nothing as long as none is known. */
  RunningMedian draftPrice() {
    return draftPrice;
  }

  /** A single step's expected time. */
  double micros() {
    return pace.value() * single.value();
  }

  /** The expected time of verifying so many tokens as a multiple of a single step's: v(k). */
  double ratio(int rows) {
    return shares[rows - 1].value() / single.value();
  }

  /** Takes a single step's time in. */
  void observe(double stepMicros) {
    observe(single, stepMicros);
  }

  /** Takes the time in that verifying so many tokens took. */
  void observe(int rows, double stepMicros) {
    observe(shares[rows - 1], stepMicros);
  }

  private synchronized void observe(RunningMedian share, double stepMicros) {
    double believable = Math.max(stepMicros, 1e-3);
    double paceNow = believable / share.value();
    if (share != latest) {
      latest = share;
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

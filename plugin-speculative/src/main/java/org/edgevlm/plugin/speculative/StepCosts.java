package org.edgevlm.plugin.speculative;

/**
 * What the target's steps cost by the number of tokens fed, and which of them give the very logits
 * of single steps. Safe for use by several threads at a time.
 */
final class StepCosts {

  private final RunningMedian[] micros;
  private final int identicalRows;
  private final float tolerance;

  /**
   * @param measured a step's time in microseconds; index 0 is a step of one token
   * @param identicalRows up to so many tokens a step, logits were those of single steps bit by bit;
   *     at least 1
   * @param tolerance how far apart they may be with more tokens
   */
  StepCosts(double[] measured, int identicalRows, float tolerance) {
    micros = new RunningMedian[measured.length];
    for (int i = 0; i < measured.length; i++) {
      micros[i] = new RunningMedian(measured[i]);
    }
    this.identicalRows = identicalRows;
    this.tolerance = tolerance;
  }

  /** The most tokens of a step that was measured. */
  int maxRows() {
    return micros.length;
  }

  /** A step's expected time. */
  double micros(int rows) {
    return micros[rows - 1].value();
  }

  /** A step's expected time as a multiple of a single step's: v(k). */
  double ratio(int rows) {
    return micros(rows) / micros(1);
  }

  /** Takes a step's time in. */
  void observe(int rows, double stepMicros) {
    micros[rows - 1].add(Math.max(stepMicros, 1e-3));
  }

  int identicalRows() {
    return identicalRows;
  }

  /** Logits nearer to each other than this may change their order in a step of several tokens. */
  float tolerance() {
    return tolerance;
  }
}

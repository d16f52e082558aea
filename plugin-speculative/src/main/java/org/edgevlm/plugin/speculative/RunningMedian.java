package org.edgevlm.plugin.speculative;

/**
 * About the median of a quantity that may change: each value moves it by a small share towards
 * itself, however far away it is. A step that was interrupted for long doesn't count for more than
 * any other. Safe for use by several threads at a time.
 */
final class RunningMedian {

  private static final double FINEST = 0.03;
  private static final double COARSEST = 0.5;
  private static final double QUICKENING = 0.8;

  private double value;
  private double share = COARSEST;

  /** Nothing known yet. */
  RunningMedian() {}

  /** Begins with a measured value. */
  RunningMedian(double value) {
    this.value = value;
    share = FINEST;
  }

  /** Takes a positive value in. */
  synchronized void add(double latest) {
    if (value == 0) {
      value = latest;
    } else {
      // Never past the latest value.
      value =
          latest > value
              ? Math.min(latest, value * (1 + share))
              : Math.max(latest, value * (1 - share));
      share = Math.max(FINEST, share * QUICKENING);
    }
  }

  /** The median; 0 as long as nothing was added. */
  synchronized double value() {
    return value;
  }
}

package org.edgevlm.app.bench;

/**
 * A figure, and where it could lie.
 *
 * @param value the figure
 * @param low lower end of the 95 % interval; the figure itself where none was taken
 * @param high upper end
 */
public record Interval(double value, double low, double high) {

  /** A figure without an interval. */
  static Interval exact(double value) {
    return new Interval(value, value, value);
  }

  /** Whether there is more than the figure. */
  boolean hasEnds() {
    return low != value || high != value;
  }

  /** One divided by it: the ends change places. */
  Interval inverse() {
    return new Interval(1 / value, 1 / high, 1 / low);
  }

  /** The same figure with whichever ends are further away. */
  Interval widened(Interval other) {
    return new Interval(value, Math.min(low, other.low), Math.max(high, other.high));
  }
}

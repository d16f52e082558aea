package org.edgevlm.app.score;

import java.util.Locale;

/**
 * How many of a number of things were right.
 *
 * @param right those that were right
 * @param total all of them
 */
public record Share(int right, int total) {

  /** Nothing counted yet. */
  public static final Share NONE = new Share(0, 0);

  private static final double Z95 = 1.959963984540054;

  public Share {
    if (right < 0 || total < right) {
      throw new IllegalArgumentException(right + " of " + total);
    }
  }

  /** Both together. */
  public Share plus(Share other) {
    return new Share(right + other.right, total + other.total);
  }

  /** This with one more thing counted. */
  public Share plus(boolean isRight) {
    return new Share(right + (isRight ? 1 : 0), total + 1);
  }

  /** The share that was right, 0 to 1; 0 where nothing was counted. */
  public double value() {
    return total == 0 ? 0 : (double) right / total;
  }

  /** Lower end of the 95 % interval. */
  public double low() {
    return total == 0 ? 0 : Math.max(0, centre() - spread());
  }

  /** Upper end of the 95 % interval. */
  public double high() {
    return total == 0 ? 1 : Math.min(1, centre() + spread());
  }

  // E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
  private double centre() {
    return (value() + Z95 * Z95 / (2 * total)) / (1 + Z95 * Z95 / total);
  }

  private double spread() {
    double variance = value() * (1 - value()) / total + Z95 * Z95 / (4.0 * total * total);
    return Z95 / (1 + Z95 * Z95 / total) * Math.sqrt(variance);
  }

  /** For people, as in {@code 71.5 % (64.9 to 77.3)}. */
  @Override
  public String toString() {
    return total == 0
        ? "-"
        : String.format(
            Locale.ROOT, "%.1f %% (%.1f to %.1f)", 100 * value(), 100 * low(), 100 * high());
  }
}

package org.edgevlm.app.bench;

import org.edgevlm.app.score.Share;

/**
 * The same things judged twice.
 *
 * @param both right both times
 * @param lost right with the first, wrong with the second
 * @param won wrong with the first, right with the second
 * @param neither wrong both times
 */
record PairedShares(int both, int lost, int won, int neither) {

  static final PairedShares NONE = new PairedShares(0, 0, 0, 0);

  /** With a picture's or question's things, of which so many were right each time. */
  PairedShares plus(int first, int second, int total) {
    int common = Math.min(first, second);
    return new PairedShares(
        both + common,
        lost + first - common,
        won + second - common,
        neither + total - Math.max(first, second));
  }

  private int total() {
    return both + lost + won + neither;
  }

  /**
   * The second share less the first, with the 95 % score interval of R. G. Newcombe, "Improved
   * confidence intervals for the difference between binomial proportions based on paired data"
   * (1998), method 10. It doesn't shrink to nothing where no thing was judged differently.
   */
  Interval difference() {
    Share first = new Share(both + lost, total());
    Share second = new Share(both + won, total());
    double difference = (double) (won - lost) / Math.max(1, total());
    double correlation = correlation();
    double down = spread(second.value() - second.low(), first.high() - first.value(), correlation);
    double up = spread(second.high() - second.value(), first.value() - first.low(), correlation);
    return new Interval(difference, difference - down, difference + up);
  }

  private static double spread(double second, double first, double correlation) {
    double square = second * second - 2 * correlation * second * first + first * first;
    return Math.sqrt(Math.max(0, square));
  }

  /** Phi, pulled towards 0 where it is positive, as method 10 does. */
  private double correlation() {
    double product = (double) (both + lost) * (won + neither) * (both + won) * (lost + neither);
    if (product == 0) {
      return 0;
    }
    double cross = (double) both * neither - (double) lost * won;
    double half = total() / 2.0;
    double corrected = cross > half ? cross - half : Math.min(cross, 0);
    return corrected / Math.sqrt(product);
  }
}

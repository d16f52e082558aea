package org.edgevlm.app.bench;

import java.util.List;
import java.util.Locale;

/**
 * What somebody says of a setting, and the bars that it is held against.
 *
 * @param text the claim in words
 * @param setting the name of the setting that it is about
 * @param bars what has to hold, all of it
 */
public record Claim(String text, String setting, List<Bar> bars) {

  /**
   * One bar.
   *
   * @param figure what is looked at
   * @param least whether it has to be at least the limit; else at most
   */
  public record Bar(Figure figure, boolean least, double limit) {

    /** How a figure stands to the bar. */
    Verdict of(Interval measured) {
      if (Double.isNaN(measured.value())) {
        return Verdict.NOT_AVAILABLE;
      }
      return holds(measured.value()) ? Verdict.MET : Verdict.NOT_MET;
    }

    /** Whether the other end of the interval lies on the other side of the bar. */
    boolean isOpen(Interval measured) {
      return holds(measured.low()) != holds(measured.high());
    }

    // Sums of doubles may miss a round limit by their last bit.
    private boolean holds(double value) {
      return least ? value >= limit - 1e-9 : value <= limit + 1e-9;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%s %s %s", figure.id(), least ? "at least" : "at most", limit);
    }
  }

  /** What becomes of a bar. */
  public enum Verdict {
    MET("met"),
    NOT_MET("not met"),
    NOT_AVAILABLE("not available");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }

    /** For people and files. */
    public String words() {
      return words;
    }
  }

  public Claim {
    bars = List.copyOf(bars);
  }
}

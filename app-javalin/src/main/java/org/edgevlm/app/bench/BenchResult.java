package org.edgevlm.app.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was measured.
 *
 * @param settings in the order of the plan; the first is "off"
 * @param claims each with what became of its bars
 * @param layers of the model
 * @param answers that each setting gave
 */
public record BenchResult(
    List<SettingResult> settings, List<ClaimResult> claims, int layers, int answers) {

  /**
   * One setting's figures.
   *
   * @param figures those that it has; none where it isn't available
   * @param exits how many tokens each depth made
   * @param notAvailable why it wasn't measured, where it wasn't
   */
  public record SettingResult(
      BenchSetting setting,
      Map<Figure, Interval> figures,
      Map<Integer, Long> exits,
      Optional<String> notAvailable) {

    /** A figure; not a number where it wasn't measured. */
    public Interval figure(Figure figure) {
      return figures.getOrDefault(figure, Interval.exact(Double.NaN));
    }

    /** Whether a figure was measured. */
    public boolean has(Figure figure) {
      return !Double.isNaN(figure(figure).value());
    }
  }

  /**
   * A bar and what was measured.
   *
   * @param open whether the interval reaches to the other side of the bar
   */
  public record BarResult(Claim.Bar bar, Interval measured, Claim.Verdict verdict, boolean open) {}

  /** A claim and its bars. */
  public record ClaimResult(Claim claim, List<BarResult> bars) {

    /** Met where all bars are. */
    public Claim.Verdict verdict() {
      Claim.Verdict worst = Claim.Verdict.MET;
      for (BarResult bar : bars) {
        worst = bar.verdict().compareTo(worst) > 0 ? bar.verdict() : worst;
      }
      return worst;
    }
  }

  public BenchResult {
    settings = List.copyOf(settings);
    claims = List.copyOf(claims);
  }

  static BenchResult of(BenchPlan plan, List<Contender> contenders, int layers) {
    List<Observation> off = contenders.get(0).observations();
    List<SettingResult> settings = new ArrayList<>();
    for (Contender contender : contenders) {
      List<Observation> own = contender.observations();
      Map<Figure, Interval> figures = new EnumMap<>(Figure.class);
      if (contender.failure().isEmpty()) {
        figures.putAll(Comparison.of(off, own));
      }
      settings.add(
          new SettingResult(
              contender.setting(), figures, Comparison.exits(own), contender.failure()));
    }
    return new BenchResult(settings, judge(plan.claims(), settings), layers, off.size());
  }

  private static List<ClaimResult> judge(List<Claim> claims, List<SettingResult> settings) {
    List<ClaimResult> results = new ArrayList<>();
    for (Claim claim : claims) {
      SettingResult setting =
          settings.stream()
              .filter(one -> one.setting().name().equals(claim.setting()))
              .findFirst()
              .orElseThrow();
      List<BarResult> bars = new ArrayList<>();
      for (Claim.Bar bar : claim.bars()) {
        Interval measured = setting.figure(bar.figure());
        bars.add(new BarResult(bar, measured, bar.of(measured), bar.isOpen(measured)));
      }
      results.add(new ClaimResult(claim, bars));
    }
    return results;
  }
}

package org.edgevlm.app.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.edgevlm.app.score.Share;
import org.junit.jupiter.api.Test;

/** The statistics against slow versions that are plainly right, and against published figures. */
class StatisticsTest {

  @Test
  void theMedianIsTheMiddleOfTheSorted() {
    Random random = new Random(1);
    for (int n = 1; n < 20; n++) {
      double[] values = random.doubles(n).toArray();
      List<Double> left = new ArrayList<>(Arrays.stream(values).boxed().toList());
      while (left.size() > 2) {
        left.remove(Collections.max(left));
        left.remove(Collections.min(left));
      }
      double expected = left.stream().mapToDouble(v -> v).average().orElseThrow();
      assertEquals(expected, Bootstrap.median(values), 1e-15);
    }
    assertTrue(Double.isNaN(Bootstrap.median(new double[0])));
  }

  /** Of three values all 27 samples can be counted out. */
  @Test
  void theBootstrapIsThatOfAllSamplesCountedOut() {
    List<Double> units = List.of(0.0, 1.0, 10.0);
    double[] means = new double[27];
    for (int i = 0; i < 27; i++) {
      means[i] = (units.get(i % 3) + units.get(i / 3 % 3) + units.get(i / 9)) / 3;
    }
    Arrays.sort(means);
    // The 2.5th percentile is the lowest of 27, the 97.5th the highest: each 3.7 % of all.
    Interval interval = Bootstrap.of(units, StatisticsTest::mean);
    assertEquals(means[0], interval.low(), 1e-12);
    assertEquals(means[26], interval.high(), 1e-12);
    assertEquals(11 / 3.0, interval.value(), 1e-12);
  }

  @Test
  void theBootstrapOfManyIsThatOfTheNormalDistribution() {
    Random random = new Random(2);
    List<Double> units = random.doubles(400).boxed().toList();
    Interval interval = Bootstrap.of(units, StatisticsTest::mean);
    double expected = 1.96 * Math.sqrt(1 / 12.0 / 400);
    assertEquals(2 * expected, interval.high() - interval.low(), 0.15 * expected);
    assertEquals(interval, Bootstrap.of(units, StatisticsTest::mean), "seeded");
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
  }

  /** Newcombe 1998, table II: 36, 12, 2 and 0 of 50, second less first. */
  @Test
  void thePairedIntervalIsThePublishedOne() {
    Interval interval = new PairedShares(36, 2, 12, 0).difference();
    assertEquals(0.20, interval.value(), 1e-12);
    assertEquals(0.0569, interval.low(), 0.0001);
    assertEquals(0.3404, interval.high(), 0.0001);
  }

  @Test
  void thePairedIntervalCoversTheTruthAboutAsOftenAsItSays() {
    Random random = new Random(3);
    int covered = 0;
    for (int run = 0; run < 2000; run++) {
      PairedShares shares = PairedShares.NONE;
      for (int i = 0; i < 60; i++) {
        boolean off = random.nextDouble() < 0.8;
        // Nine of ten are judged alike, the others anew with a chance of a half.
        boolean own = random.nextDouble() < 0.9 ? off : random.nextBoolean();
        shares = shares.plus(off ? 1 : 0, own ? 1 : 0, 1);
      }
      Interval interval = shares.difference();
      double truth = 0.9 * 0.8 + 0.1 * 0.5 - 0.8;
      covered += interval.low() <= truth && truth <= interval.high() ? 1 : 0;
    }
    assertTrue(covered > 0.93 * 2000, "covered " + covered + " of 2000");
    assertTrue(covered < 0.99 * 2000, "covered " + covered + " of 2000");
  }

  @Test
  void nothingJudgedDifferentlyIsNoProofOfNoDifference() {
    Interval interval = new PairedShares(17, 0, 0, 3).difference();
    assertEquals(0, interval.value());
    assertTrue(interval.low() < -0.02 && interval.high() > 0.02, interval.toString());
  }

  @Test
  void pairsOfCountsAreTheFewestChangesThatExplainThem() {
    PairedShares shares = PairedShares.NONE.plus(2, 1, 3).plus(0, 1, 1).plus(1, 1, 1);
    assertEquals(new PairedShares(2, 1, 1, 1), shares);
    assertEquals(new Share(3, 5).value() - new Share(3, 5).value(), shares.difference().value());
  }

  @Test
  void agreementIsThatOfTheLoop() {
    Random random = new Random(4);
    Agreement sum = Agreement.NONE;
    long tokens = 0;
    long equal = 0;
    long prefix = 0;
    int differing = 0;
    for (int n = 0; n < 500; n++) {
      int[] first = random.ints(random.nextInt(6) + 1, 0, 3).toArray();
      int[] second = random.ints(random.nextInt(6) + 1, 0, 3).toArray();
      sum = sum.plus(first, second);
      boolean same = true;
      int longer = Math.max(first.length, second.length);
      for (int i = 0; i < longer; i++) {
        boolean here = i < first.length && i < second.length && first[i] == second[i];
        same &= here;
        equal += here ? 1 : 0;
        prefix += same ? 1 : 0;
      }
      tokens += longer;
      differing += same ? 0 : 1;
    }
    assertEquals(new Agreement(tokens, equal, prefix, differing, 500), sum);
    assertEquals((double) equal / tokens, sum.positions());
    assertEquals((double) prefix / (prefix + differing), sum.choices());
  }

  @Test
  void anAnswerThatStopsSoonerIsNotTheSame() {
    int[] stopped = {5, 7, Observation.END};
    int[] longer = {5, 7, 8, Observation.END};
    Agreement agreement = Agreement.NONE.plus(longer, stopped);
    assertEquals(2 / 4.0, agreement.upToFirstDifference());
    assertEquals(2 / 3.0, agreement.choices());
    assertEquals(1, agreement.differing());
    assertEquals(1, Agreement.NONE.plus(stopped, stopped).positions());
  }

  @Test
  void aBarIsMetUpToItsLimitAndOpenWhereTheIntervalCrossesIt() {
    Claim.Bar most = new Claim.Bar(Figure.KV_SHARE, false, 0.52);
    assertEquals(Claim.Verdict.MET, most.of(Interval.exact(0.52)));
    assertEquals(Claim.Verdict.NOT_MET, most.of(Interval.exact(0.5201)));
    assertEquals(Claim.Verdict.NOT_AVAILABLE, most.of(Interval.exact(Double.NaN)));
    assertTrue(most.isOpen(new Interval(0.5, 0.4, 0.6)));
    Claim.Bar least = new Claim.Bar(Figure.SPEED_UP, true, 1.3);
    assertEquals(Claim.Verdict.NOT_MET, least.of(Interval.exact(1.2)));
    assertEquals(false, least.isOpen(new Interval(1.5, 1.4, 1.6)));
    assertEquals(new Interval(2, 1, 4), new Interval(0.5, 0.25, 1).inverse());
  }

  @Test
  void columnsStandBelowEachOther() {
    String table = new TextTable().row("", "one", "two").row("name", "1", "23456").toString();
    assertEquals("      one    two\nname    1  23456\n", table);
  }
}

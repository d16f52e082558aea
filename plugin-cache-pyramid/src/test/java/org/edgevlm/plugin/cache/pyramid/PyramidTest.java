package org.edgevlm.plugin.cache.pyramid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.edgevlm.plugin.cache.pyramid.Profile.Curve;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.Protection;
import org.edgevlm.spi.cache.RetentionBudget;
import org.edgevlm.spi.cache.RetentionPlan;
import org.edgevlm.spi.cache.RetentionSettings;
import org.edgevlm.spi.cache.ReviewTrigger;
import org.edgevlm.spi.cache.ScoringCachePolicy;
import org.junit.jupiter.api.Test;

/** Budgets by layer, alone and beside a policy that chooses. */
class PyramidTest {

  private static final int PROMPT = 100;
  private static final Profile PUBLISHED =
      new Profile(List.of(1.0, 0.7, 0.3), List.of(), Curve.STEP);

  private static Pyramid pyramid(Profile profile, Protection protection) {
    return new Pyramid(
        new RetentionSettings(RetentionBudget.ofLayers(1), protection, ReviewTrigger.DEFAULT),
        profile);
  }

  private static double[] shares(Profile profile, int layers) {
    return IntStream.range(0, layers).mapToDouble(i -> profile.share(i, layers)).toArray();
  }

  private static CacheObservation seen(LayeredCache cache, int position) {
    CacheObservation.Phase phase =
        position > PROMPT ? CacheObservation.Phase.DECODE : CacheObservation.Phase.PREFILL;
    return new CacheObservation(cache, phase, PROMPT, position, 4096);
  }

  private static void review(LayeredCache cache, CachePolicy... policies) {
    CacheObservation observation = seen(cache, PROMPT);
    RetentionPlan plan = new RetentionPlan(cache);
    for (CachePolicy policy : policies) {
      policy.plan(observation, plan);
    }
    plan.apply();
  }

  @Test
  void theGroupsAreOfTheSameSize() {
    assertArrayEquals(
        new double[] {1, 1, 1, 1, 0.7, 0.7, 0.7, 0.7, 0.3, 0.3, 0.3, 0.3}, shares(PUBLISHED, 12));
    double[] of24 = shares(PUBLISHED, 24);
    assertEquals(1, of24[7]);
    assertEquals(0.7, of24[8]);
    assertEquals(0.7, of24[15]);
    assertEquals(0.3, of24[16]);
    assertArrayEquals(new double[] {1, 1, 0.7, 0.3}, shares(PUBLISHED, 4));
    assertArrayEquals(new double[] {1}, shares(PUBLISHED, 1));
  }

  @Test
  void boundariesMoveTheGroups() {
    Profile profile = new Profile(List.of(1.0, 0.5, 0.1), List.of(0.25, 0.5), Curve.STEP);
    assertArrayEquals(new double[] {1, 1, 0.5, 0.5, 0.1, 0.1, 0.1, 0.1}, shares(profile, 8));
  }

  @Test
  void curvesFallFromTheFirstRatioToTheLast() {
    assertArrayEquals(
        new double[] {0.9, 0.7, 0.5, 0.3},
        shares(new Profile(List.of(0.9, 0.3), List.of(), Curve.LINEAR), 4),
        1e-9);
    assertArrayEquals(
        new double[] {0.8, 0.4, 0.2, 0.1},
        shares(new Profile(List.of(0.8, 0.1), List.of(), Curve.GEOMETRIC), 4),
        1e-9);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    refused("ratios is empty", List.of(), List.of());
    refused("ratios has 1.1", List.of(1.1), List.of());
    refused("ratios has 0.0", List.of(0.0), List.of());
    refused("ratios has NaN", List.of(Double.NaN), List.of());
    refused("boundaries has 2 for 2 ratios", List.of(1.0, 0.5), List.of(0.2, 0.5));
    refused("they must ascend", List.of(1.0, 0.5, 0.2), List.of(0.5, 0.5));
    refused("between 0 and 1", List.of(1.0, 0.5), List.of(1.0));
  }

  private static void refused(String reason, List<Double> ratios, List<Double> boundaries) {
    PluginException e =
        assertThrows(PluginException.class, () -> new Profile(ratios, boundaries, Curve.STEP));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  @Test
  void aloneItKeepsTheLatest() {
    LayeredCache cache = new LayeredCache(6, PROMPT);
    review(cache, pyramid(PUBLISHED, Protection.NONE));
    // 70 % and 30 % of 101 positions, one of them still to come; the parts left over make two more.
    assertArrayEquals(new int[] {100, 100, 70, 70, 29, 29}, cache.lengths());
    assertArrayEquals(IntStream.range(71, 100).toArray(), cache.positions(5));
  }

  @Test
  void theImageStaysWhereItIsProtected() {
    LayeredCache cache = new LayeredCache(6, PROMPT);
    review(cache, pyramid(PUBLISHED, new Protection(0, 0, 0, true, false)));
    assertEquals(29, cache.length(5));
    assertArrayEquals(
        IntStream.concat(IntStream.rangeClosed(5, 20), IntStream.range(87, 100)).toArray(),
        cache.positions(5));
  }

  /** At each token of an answer, and few reviews. */
  @Test
  void theMemoryStaysAtTwoThirds() {
    LayeredCache cache = new LayeredCache(12, PROMPT);
    Pyramid pyramid = pyramid(PUBLISHED, Protection.NONE);
    int reviews = 0;
    for (int position = PROMPT; position < 400; position++) {
      if (pyramid.isDue(seen(cache, position))) {
        RetentionPlan plan = new RetentionPlan(cache);
        pyramid.plan(seen(cache, position), plan);
        assertTrue(plan.apply() > 0);
        reviews++;
      }
      cache.append(position);
      double full = 12.0 * (position + 1);
      assertTrue(cache.bytes() <= 0.6667 * full, cache.bytes() + " at " + position);
    }
    assertTrue(cache.bytes() > 0.64 * 12 * 400, "it uses what it has: " + cache.bytes());
    assertTrue(reviews < 150, "reviews: " + reviews);
  }

  /** Scores the odd positions higher, within half of the cache. */
  private static CachePolicy chooser(double share, RetentionBudget.Scope scope) {
    RetentionBudget budget = new RetentionBudget(share, 0, RetentionBudget.Base.POSITIONS, scope);
    Protection protection = new Protection(0.25, 0, 2, false, false);
    return new ScoringCachePolicy(
        new RetentionSettings(budget, protection, ReviewTrigger.DEFAULT)) {
      @Override
      protected void score(CacheObservation observation, int layer, float[] scores) {
        for (int entry = 0; entry < scores.length; entry++) {
          scores[entry] = observation.cache().position(layer, entry) % 2;
        }
      }
    };
  }

  @Test
  void theOrderOfThePoliciesMakesNoDifference() {
    for (RetentionBudget.Scope scope : RetentionBudget.Scope.values()) {
      for (double share : new double[] {1, 0.5}) {
        CachePolicy chooser = chooser(share, scope);
        Pyramid pyramid = pyramid(PUBLISHED, new Protection(0.1, 0, 0, false, false));
        LayeredCache one = new LayeredCache(6, PROMPT);
        review(one, pyramid, chooser);
        LayeredCache other = new LayeredCache(6, PROMPT);
        review(other, chooser, pyramid);
        LayeredCache alone = new LayeredCache(6, PROMPT);
        review(alone, pyramid);
        for (int layer = 0; layer < 6; layer++) {
          assertArrayEquals(one.positions(layer), other.positions(layer), scope + " " + layer);
          assertTrue(one.length(layer) <= alone.length(layer), "layer " + layer);
        }
        assertNotEquals(Arrays.toString(alone.positions(5)), Arrays.toString(one.positions(5)));
      }
    }
  }

  @Test
  void oneSetsBudgetsAndTheOtherChooses() {
    LayeredCache cache = new LayeredCache(6, PROMPT);
    review(cache, pyramid(PUBLISHED, Protection.NONE), chooser(1, RetentionBudget.Scope.LAYER));
    assertArrayEquals(new int[] {100, 100, 70, 70, 29, 29}, cache.lengths());
    int[] last = cache.positions(5);
    // Two first ones, 7 latest ones (a quarter of 29), and 20 odd ones: of equals the latest.
    assertArrayEquals(new int[] {0, 1}, Arrays.copyOf(last, 2));
    assertArrayEquals(IntStream.range(93, 100).toArray(), Arrays.copyOfRange(last, 22, 29));
    assertTrue(Arrays.stream(last, 2, 22).allMatch(position -> position % 2 == 1));
  }

  @Test
  void nothingIsDueWhereNothingIsToGo() {
    Profile all = new Profile(List.of(1.0), List.of(), Curve.STEP);
    assertFalse(pyramid(all, Protection.NONE).isDue(seen(new LayeredCache(6, PROMPT), PROMPT)));
  }
}

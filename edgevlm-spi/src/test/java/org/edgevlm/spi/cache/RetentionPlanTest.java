package org.edgevlm.spi.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetentionPlanTest {

  private final PlainCache cache = new PlainCache(2, 8, 0, 0, 1);
  private final RetentionPlan plan = new RetentionPlan(cache);

  @Test
  void keepsEverythingUnlessToldOtherwise() {
    assertEquals(0, plan.apply());
    assertEquals(16_000, cache.bytes());
  }

  @Test
  void keepsTheLatestWhereNothingScores() {
    plan.limit(0, 3);
    assertEquals(5, plan.apply());
    assertArrayEquals(new int[] {5, 6, 7}, cache.positions(0));
    assertEquals(8, cache.length(1));
  }

  @Test
  void theSmallestLimitHolds() {
    plan.limit(1, 6);
    plan.limit(1, 2);
    plan.limit(1, 4);
    assertEquals(2, plan.budget(1));
    assertEquals(6, plan.apply());
  }

  @Test
  void keepsTheHighestScoresInTheOrderOfPositions() {
    float[] scores = {9, 1, 8, 1, 1, 7, 1, 1};
    for (int entry = 0; entry < scores.length; entry++) {
      plan.score(0, entry, scores[entry]);
    }
    plan.limit(0, 4);
    plan.apply();
    // Of the equal ones the latest.
    assertArrayEquals(new int[] {0, 2, 5, 7}, cache.positions(0));
  }

  @Test
  void protectedEntriesStayEvenBeyondTheBudget() {
    plan.limit(0, 2);
    plan.protect(0, 0);
    plan.protect(0, 3);
    plan.protect(0, 4);
    assertEquals(5, plan.apply());
    assertArrayEquals(new int[] {0, 3, 4}, cache.positions(0));
  }

  @Test
  void protectedEntriesCountTowardsTheBudget() {
    plan.limit(0, 3);
    plan.protect(0, 1);
    plan.apply();
    assertArrayEquals(new int[] {1, 6, 7}, cache.positions(0));
  }

  @Test
  void aLayerKeepsAtLeastOneEntry() {
    assertThrows(IllegalArgumentException.class, () -> plan.limit(0, 0));
  }

  @Test
  void theLatestOfAShareStay() {
    score(0, 9, 8, 7, 6, 5, 4, 3, 2);
    plan.limit(0, 4);
    plan.protectLatestShare(0, 0.5);
    plan.protectLatestShare(0, 0.1);
    plan.apply();
    assertArrayEquals(new int[] {0, 1, 6, 7}, cache.positions(0));
  }

  /** The share is of the budget that holds in the end, whoever comes first. */
  @Test
  void aShareForTheLatestFollowsTheSmallestLimit() {
    score(0, 9, 8, 7, 6, 5, 4, 3, 2);
    plan.limit(0, 6);
    plan.protectLatestShare(0, 0.5);
    plan.limit(0, 2);
    plan.apply();
    assertArrayEquals(new int[] {0, 7}, cache.positions(0));
  }

  @Test
  void theLatestAreNeverMoreThanTheBudget() {
    score(0, 9, 8, 7, 6, 5, 4, 3, 2);
    plan.protectLatest(0, 100);
    plan.limit(0, 3);
    plan.apply();
    assertArrayEquals(new int[] {5, 6, 7}, cache.positions(0));
  }

  /** Otherwise the token just fed would go. */
  @Test
  void theLatestStayBesideProtectedEntriesThatFillTheBudget() {
    plan.protect(0, 0);
    plan.protect(0, 1);
    plan.protectLatest(0, 1);
    plan.limit(0, 2);
    plan.apply();
    assertArrayEquals(new int[] {0, 1, 7}, cache.positions(0));
  }

  @Test
  void whatIsAllProtectedIsNotMoved() {
    for (int entry = 0; entry < 8; entry++) {
      plan.protect(0, entry);
    }
    plan.limit(0, 3);
    assertEquals(0, plan.apply());
    assertEquals(0, cache.retained);
  }

  @Test
  void sharesAreFromNoneToAll() {
    assertThrows(IllegalArgumentException.class, () -> plan.protectLatestShare(0, 1.01));
    assertThrows(IllegalArgumentException.class, () -> plan.protectLatestShare(0, Double.NaN));
  }

  private void score(int layer, float... scores) {
    System.arraycopy(scores, 0, plan.scores(layer), 0, scores.length);
  }

  /** Many plans at random against the plainest way to carry one out: by sorting. */
  @Test
  void keepsWhatSortingWouldKeep() {
    Random random = new Random(5);
    float[] values = {0, -0.0f, 1, 1, 2, -3, Float.POSITIVE_INFINITY, Float.NaN, 0.5f};
    for (int round = 0; round < 2000; round++) {
      int length = 1 + random.nextInt(60);
      PlainCache entries = new PlainCache(1, length, 0, 0, 1);
      RetentionPlan retention = new RetentionPlan(entries);
      float[] scores = new float[length];
      boolean[] kept = new boolean[length];
      boolean few = random.nextBoolean();
      boolean scored = random.nextInt(5) > 0;
      for (int i = 0; i < length; i++) {
        scores[i] = few ? values[random.nextInt(values.length)] : random.nextFloat();
        kept[i] = random.nextInt(6) == 0;
        if (kept[i]) {
          retention.protect(0, i);
        }
        if (scored) {
          retention.score(0, i, scores[i]);
        } else {
          scores[i] = 0;
        }
      }
      int budget = 1 + random.nextInt(length);
      int latest = Math.min(budget, random.nextInt(8));
      retention.limit(0, budget);
      retention.protectLatest(0, latest);
      for (int i = length - latest; i < length; i++) {
        kept[i] = true;
      }
      int dropped = retention.apply();
      int[] expected = bySorting(scores, kept, budget);
      assertArrayEquals(expected, entries.positions(0), "round " + round);
      assertEquals(length - expected.length, dropped);
    }
  }

  private static int[] bySorting(float[] scores, boolean[] kept, int budget) {
    Integer[] order = new Integer[scores.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(
        order,
        Comparator.<Integer, Boolean>comparing(i -> !kept[i])
            .thenComparing(i -> scores[i], Comparator.<Float>reverseOrder())
            .thenComparing(Comparator.reverseOrder()));
    int stays = 0;
    for (boolean stay : kept) {
      stays += stay ? 1 : 0;
    }
    return Arrays.stream(order)
        .limit(Math.max(stays, Math.min(budget, scores.length)))
        .mapToInt(i -> i)
        .sorted()
        .toArray();
  }
}

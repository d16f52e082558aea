package org.edgevlm.spi.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RetentionPlanTest {

  /** Two layers of eight entries; knows positions, and what was kept. */
  private static final class Entries implements KvCache {

    private final int[][] positions = {{0, 1, 2, 3, 4, 5, 6, 7}, {0, 1, 2, 3, 4, 5, 6, 7}};

    @Override
    public int layers() {
      return positions.length;
    }

    @Override
    public int length(int layer) {
      return positions[layer].length;
    }

    @Override
    public int position(int layer, int entry) {
      return positions[layer][entry];
    }

    @Override
    public boolean isImage(int layer, int entry) {
      return false;
    }

    @Override
    public void accumulatedAttention(int layer, float[] destination) {
      throw new IllegalStateException("not tracked");
    }

    @Override
    public void recentAttention(int layer, float[] destination) {
      throw new IllegalStateException("not tracked");
    }

    @Override
    public void keys(int layer, int entry, float[] destination) {}

    @Override
    public void values(int layer, int entry, float[] destination) {}

    @Override
    public void retain(int layer, int[] entries, int count) {
      int[] old = positions[layer];
      positions[layer] = Arrays.stream(entries, 0, count).map(entry -> old[entry]).toArray();
    }

    @Override
    public long bytes(int layer) {
      return positions[layer].length;
    }
  }

  private final Entries cache = new Entries();
  private final RetentionPlan plan = new RetentionPlan(cache);

  @Test
  void keepsEverythingUnlessToldOtherwise() {
    assertEquals(0, plan.apply());
    assertEquals(16, cache.bytes());
  }

  @Test
  void keepsTheLatestWhereNothingScores() {
    plan.limit(0, 3);
    assertEquals(5, plan.apply());
    assertArrayEquals(new int[] {5, 6, 7}, cache.positions[0]);
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
    assertArrayEquals(new int[] {0, 2, 5, 7}, cache.positions[0]);
  }

  @Test
  void protectedEntriesStayEvenBeyondTheBudget() {
    plan.limit(0, 2);
    plan.protect(0, 0);
    plan.protect(0, 3);
    plan.protect(0, 4);
    assertEquals(5, plan.apply());
    assertArrayEquals(new int[] {0, 3, 4}, cache.positions[0]);
  }

  @Test
  void protectedEntriesCountTowardsTheBudget() {
    plan.limit(0, 3);
    plan.protect(0, 1);
    plan.apply();
    assertArrayEquals(new int[] {1, 6, 7}, cache.positions[0]);
  }

  @Test
  void aLayerKeepsAtLeastOneEntry() {
    assertThrows(IllegalArgumentException.class, () -> plan.limit(0, 0));
  }
}

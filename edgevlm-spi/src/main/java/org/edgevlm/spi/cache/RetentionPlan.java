package org.edgevlm.spi.cache;

import java.util.Arrays;

/**
 * What each layer is to keep: a budget, a score for each entry, and entries that stay whatever they
 * score. Several policies write into one plan, then {@link #apply} carries it out: a layer keeps
 * its protected entries and, up to its budget, those with the highest scores; of equal scores the
 * later entry. A layer without a budget keeps everything; without scores it keeps its latest
 * entries.
 *
 * <p>Not safe for use by several threads. Made anew for each review.
 */
public final class RetentionPlan {

  private final KvCache cache;
  private final int[] budgets;
  private final float[][] scores;
  private final boolean[][] kept;

  /** A plan for this cache in which every layer keeps everything. */
  public RetentionPlan(KvCache cache) {
    this.cache = cache;
    int layers = cache.layers();
    budgets = new int[layers];
    scores = new float[layers][];
    kept = new boolean[layers][];
    Arrays.fill(budgets, Integer.MAX_VALUE);
  }

  /** Limits a layer to so many entries; of several limits the smallest holds. */
  public void limit(int layer, int entries) {
    if (entries < 1) {
      throw new IllegalArgumentException("a layer keeps at least one entry, not " + entries);
    }
    budgets[layer] = Math.min(budgets[layer], entries);
  }

  /** Entries that a layer may keep; its length or more where nothing limits it. */
  public int budget(int layer) {
    return budgets[layer];
  }

  /**
   * Sets an entry's score; the higher, the sooner it is kept. A later policy overwrites an earlier
   * one.
   */
  public void score(int layer, int entry, float score) {
    if (scores[layer] == null) {
      scores[layer] = new float[cache.length(layer)];
    }
    scores[layer][entry] = score;
  }

  /** Keeps an entry whatever it scores; it counts towards the budget. */
  public void protect(int layer, int entry) {
    if (kept[layer] == null) {
      kept[layer] = new boolean[cache.length(layer)];
    }
    kept[layer][entry] = true;
  }

  /**
   * Carries the plan out.
   *
   * @return entries dropped, over all layers
   */
  public int apply() {
    int dropped = 0;
    for (int layer = 0; layer < budgets.length; layer++) {
      int length = cache.length(layer);
      if (length > budgets[layer]) {
        int[] chosen = choose(layer, length);
        cache.retain(layer, chosen, chosen.length);
        dropped += length - chosen.length;
      }
    }
    return dropped;
  }

  private int[] choose(int layer, int length) {
    Integer[] order = new Integer[length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(
        order,
        (a, b) -> {
          int byProtection = Boolean.compare(isProtected(layer, b), isProtected(layer, a));
          if (byProtection != 0) {
            return byProtection;
          }
          int byScore = Float.compare(scoreOf(layer, b), scoreOf(layer, a));
          return byScore != 0 ? byScore : Integer.compare(b, a);
        });
    int count = budgets[layer];
    while (count < length && isProtected(layer, order[count])) {
      count++;
    }
    int[] chosen = new int[count];
    for (int i = 0; i < count; i++) {
      chosen[i] = order[i];
    }
    Arrays.sort(chosen);
    return chosen;
  }

  private boolean isProtected(int layer, int entry) {
    return kept[layer] != null && kept[layer][entry];
  }

  private float scoreOf(int layer, int entry) {
    return scores[layer] == null ? 0 : scores[layer][entry];
  }
}

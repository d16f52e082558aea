package org.edgevlm.spi.cache;

import java.util.Arrays;
import org.edgevlm.spi.Api;

/**
 * A policy that says which entries matter, and nothing else: budgets, triggers and protected
 * entries come with {@link RetentionSettings}. What is left to a subclass is {@link #score} and,
 * where it scores by attention, {@link #attention}.
 *
 * <pre>{@code
 * final class LastQuery extends ScoringCachePolicy {
 *   LastQuery(RetentionSettings settings) {
 *     super(settings);
 *   }
 *
 *   public AttentionTracking attention() {
 *     return new AttentionTracking(false, 1);
 *   }
 *
 *   protected void score(CacheObservation observation, int layer, float[] scores) {
 *     observation.cache().recentAttention(layer, scores);
 *   }
 * }
 * }</pre>
 *
 * <p>With {@link RetentionBudget.Scope#GLOBAL} the entries of all layers compete for one budget of
 * memory, so scores have to mean the same in each layer. Attention does: in each layer a query
 * gives 1 in all. At least one entry stays in each layer.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public abstract class ScoringCachePolicy extends LayerBudgetPolicy {

  private static final int LAYER_BITS = 10;

  /** A policy with these settings. */
  protected ScoringCachePolicy(RetentionSettings settings) {
    super(settings);
  }

  /**
   * Scores a layer's entries; those with the highest scores stay.
   *
   * @param scores has one element for each entry, and all of them are to be written: what they are
   *     at first may be another policy's
   */
  protected abstract void score(CacheObservation observation, int layer, float[] scores);

  @Override
  protected final double share(int layer, int layers) {
    return settings().budget().share();
  }

  @Override
  public final void plan(CacheObservation observation, RetentionPlan plan) {
    for (int layer = 0; layer < observation.cache().layers(); layer++) {
      score(observation, layer, plan.scores(layer));
    }
    super.plan(observation, plan);
  }

  @Override
  protected final void limit(CacheObservation observation, RetentionPlan plan) {
    if (settings().budget().scope() == RetentionBudget.Scope.LAYER) {
      super.limit(observation, plan);
      return;
    }
    int[] counts = compete(observation, sorted(observation.cache(), plan));
    for (int layer = 0; layer < counts.length; layer++) {
      plan.limit(layer, counts[layer]);
    }
  }

  /**
   * Each layer's entries as keys that ascend with their scores, of equal scores with their
   * positions; protected entries outdo all others. No two keys of a cache are the same.
   */
  private static long[][] sorted(KvCache cache, RetentionPlan plan) {
    long[][] sorted = new long[cache.layers()][];
    for (int layer = 0; layer < sorted.length; layer++) {
      float[] scores = plan.scores(layer);
      long[] keys = new long[scores.length];
      for (int entry = 0; entry < keys.length; entry++) {
        int order =
            plan.isProtected(layer, entry) ? Integer.MAX_VALUE : Selection.order(scores[entry]);
        keys[entry] = (long) order << 32 | (long) entry << LAYER_BITS | layer;
      }
      Arrays.sort(keys);
      sorted[layer] = keys;
    }
    return sorted;
  }

  /** Entries that each layer keeps of the best that fit all layers' budget together. */
  private int[] compete(CacheObservation observation, long[][] sorted) {
    int room = room(observation);
    // The lowest threshold that fits.
    long low = Long.MIN_VALUE;
    long high = Long.MAX_VALUE;
    while (low < high) {
      long middle = (low & high) + ((low ^ high) >> 1);
      if (fits(observation, sorted, middle, 1) && fits(observation, sorted, middle, room)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    int[] counts = new int[sorted.length];
    for (int layer = 0; layer < counts.length; layer++) {
      counts[layer] = kept(sorted[layer], high);
    }
    return counts;
  }

  private boolean fits(CacheObservation observation, long[][] sorted, long threshold, int coming) {
    long bytes = 0;
    double goal = 0;
    for (int layer = 0; layer < sorted.length; layer++) {
      bytes += observation.cache().bytes(layer, kept(sorted[layer], threshold) + coming);
      goal += goal(observation, layer, coming);
    }
    return bytes <= goal;
  }

  /** Entries of a layer at or above a threshold, at least one. */
  private static int kept(long[] ascending, long threshold) {
    int found = Arrays.binarySearch(ascending, threshold);
    return Math.max(1, ascending.length - (found < 0 ? -found - 1 : found));
  }
}

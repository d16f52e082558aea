package org.edgevlm.spi.cache;

import java.util.Objects;
import org.edgevlm.spi.Api;

/**
 * A policy that gives each layer a share of the memory it would hold if nothing were dropped; a
 * subclass says which share. Triggers, protected entries and the way from bytes to entries are
 * here.
 *
 * <p><b>Bytes.</b> The budget is one of memory as the cache counts it ({@link KvCache#bytes(int,
 * int)}), blocks included, and the layers together keep to it. Where a layer's share ends in the
 * middle of a block, the layer gets whole blocks and uses them to their end: first each layer those
 * that fit its share, then what is left over goes, a block each, to layers from the first on, since
 * early layers suffer most from what they lack. With long rows that is one entry more or less; with
 * short ones and few entries it matters. At least one entry stays in each layer.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public abstract class LayerBudgetPolicy implements CachePolicy {

  /** So that 0.7 of ten bytes are seven. */
  private static final double ROUNDING = 1 + 1e-9;

  private final RetentionSettings settings;

  /**
   * @param settings the budget's scope and share are left to the subclass
   */
  protected LayerBudgetPolicy(RetentionSettings settings) {
    this.settings = Objects.requireNonNull(settings, "settings");
  }

  /** What it was made with. */
  protected final RetentionSettings settings() {
    return settings;
  }

  /**
   * The share that a layer may keep, above 0 and at most 1.
   *
   * @param layer from 0
   * @param layers of the model
   */
  protected abstract double share(int layer, int layers);

  @Override
  public boolean isDue(CacheObservation observation) {
    if (!settings.trigger().allows(observation)) {
      return false;
    }
    KvCache cache = observation.cache();
    double fits = 0;
    long next = 0;
    for (int layer = 0; layer < cache.layers(); layer++) {
      fits += goal(observation, layer, 1);
      next += cache.bytes(layer, cache.length(layer) + 1);
    }
    return next > fits;
  }

  @Override
  public void plan(CacheObservation observation, RetentionPlan plan) {
    settings.protection().addTo(observation, plan);
    if (settings.trigger().allows(observation)) {
      limit(observation, plan);
    }
  }

  /** Sets the layers' budgets. */
  protected void limit(CacheObservation observation, RetentionPlan plan) {
    // To be kept to when the next token is in, and when the last is that there is room for.
    int[] entries = fitting(observation, 1);
    int room = room(observation);
    int[] later = room > 1 ? fitting(observation, room) : entries;
    for (int layer = 0; layer < entries.length; layer++) {
      plan.limit(layer, Math.max(1, Math.min(entries[layer], later[layer])));
    }
  }

  /** Tokens that a review makes room for. */
  protected final int room(CacheObservation observation) {
    int layers = observation.cache().layers();
    double budget = 0;
    for (int layer = 0; layer < layers; layer++) {
      budget += share(layer, layers) * base(observation, 0) / layers;
    }
    int tokens = settings.budget().tokens();
    return settings.trigger().room(tokens > 0 ? Math.min(tokens, budget) : budget);
  }

  /** Bytes that a layer may hold when so many more tokens are in. */
  protected final double goal(CacheObservation observation, int layer, int coming) {
    KvCache cache = observation.cache();
    double share = share(layer, cache.layers()) * ROUNDING;
    double goal = share * cache.bytes(layer, base(observation, coming));
    int tokens = settings.budget().tokens();
    return tokens > 0 ? Math.min(goal, cache.bytes(layer, tokens)) : goal;
  }

  /** Positions that the share is a share of, when so many more tokens are in. */
  private int base(CacheObservation observation, int coming) {
    return settings.budget().base() == RetentionBudget.Base.PROMPT
        ? observation.promptLength()
        : observation.position() + coming;
  }

  /** What each layer may keep now, so that it keeps to its budget when so many more are in. */
  private int[] fitting(CacheObservation observation, int coming) {
    KvCache cache = observation.cache();
    int[] entries = new int[cache.layers()];
    double left = 0;
    for (int layer = 0; layer < entries.length; layer++) {
      double goal = goal(observation, layer, coming);
      // The block of the entries that stay whatever the budget is may as well be used.
      double least = cache.bytes(layer, 1 + coming);
      entries[layer] = fitting(observation, layer, coming, Math.max(goal, least));
      left += goal - cache.bytes(layer, entries[layer]);
    }
    for (int layer = 0; layer < entries.length && left > 0; layer++) {
      long held = cache.bytes(layer, entries[layer]);
      long more = cache.bytes(layer, entries[layer] + 1);
      if (more - held <= left) {
        entries[layer] = fitting(observation, layer, coming, more);
        left -= cache.bytes(layer, entries[layer]) - held;
      }
    }
    for (int layer = 0; layer < entries.length; layer++) {
      entries[layer] -= coming;
    }
    return entries;
  }

  /** The most entries whose bytes are within a goal. */
  private int fitting(CacheObservation observation, int layer, int coming, double goal) {
    int low = 0;
    int high = observation.position() + coming;
    int tokens = settings.budget().tokens();
    if (tokens > 0) {
      high = Math.min(high, Math.max(tokens, 1 + coming));
    }
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (observation.cache().bytes(layer, middle) <= goal) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}

package org.edgevlm.spi.cache;

import java.util.Arrays;
import java.util.Objects;
import org.edgevlm.spi.Api;

/**
 * What each layer is to keep: a budget, a score for each entry, and entries that stay whatever they
 * score. Several policies write into one plan, then {@link #apply} carries it out: a layer keeps
 * its protected entries, its reserved latest ones and, up to its budget, those with the highest
 * scores; of equal scores the later entry. A layer without a budget keeps everything; without
 * scores it keeps its latest entries.
 *
 * <p>What stays may then be compressed, but for a layer's latest entries.
 *
 * <p>Budgets, protected entries and reserved ones don't depend on the order in which the policies
 * write; of two that score, the later one holds.
 *
 * <p>Not safe for use by several threads. Made anew for each review.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public final class RetentionPlan {

  private final KvCache cache;
  private final int[] budgets;
  private final int[] latest;
  private final double[] latestShares;
  private final float[][] scores;
  private final boolean[][] kept;
  private final KvCompression[] compressions;
  private final int[] uncompressed;

  /** A plan for this cache in which every layer keeps everything. */
  public RetentionPlan(KvCache cache) {
    this.cache = cache;
    int layers = cache.layers();
    budgets = new int[layers];
    latest = new int[layers];
    latestShares = new double[layers];
    scores = new float[layers][];
    kept = new boolean[layers][];
    compressions = new KvCompression[layers];
    uncompressed = new int[layers];
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
    scores(layer)[entry] = score;
  }

  /**
   * A layer's scores, to be written in place: one for each entry, all 0 until a policy writes them.
   */
  public float[] scores(int layer) {
    if (scores[layer] == null) {
      scores[layer] = new float[cache.length(layer)];
    }
    return scores[layer];
  }

  /** Keeps an entry whatever it scores; it counts towards the budget. */
  public void protect(int layer, int entry) {
    if (kept[layer] == null) {
      kept[layer] = new boolean[cache.length(layer)];
    }
    kept[layer][entry] = true;
  }

  /** Whether an entry stays whatever it scores. */
  public boolean isProtected(int layer, int entry) {
    return kept[layer] != null && kept[layer][entry];
  }

  /**
   * Keeps a layer's latest entries whatever they score; they count towards the budget, and never
   * are more than it. Of several calls the largest holds.
   */
  public void protectLatest(int layer, int entries) {
    latest[layer] = Math.max(latest[layer], entries);
  }

  /**
   * Keeps a share of a layer's budget for its latest entries, at least one of them unless the share
   * is 0. The budget is the one that holds when the plan is carried out, whoever sets it. Of
   * several calls the largest holds.
   *
   * @param share from 0 to 1
   */
  public void protectLatestShare(int layer, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("a share is from 0 to 1, not " + share);
    }
    latestShares[layer] = Math.max(latestShares[layer], share);
  }

  /**
   * Compresses what a layer keeps, but for its latest entries; of several calls the last one holds.
   *
   * @param latest entries that stay as they are, at least 0
   */
  @Api(status = Api.Status.EXPERIMENTAL, since = "0.1")
  public void compress(int layer, int latest, KvCompression compression) {
    if (latest < 0) {
      throw new IllegalArgumentException("latest " + latest + " is negative");
    }
    compressions[layer] = Objects.requireNonNull(compression, "compression");
    uncompressed[layer] = latest;
  }

  /**
   * Carries the plan out: drops first, then compresses.
   *
   * @return entries dropped, over all layers
   */
  public int apply() {
    int dropped = drop();
    for (int layer = 0; layer < compressions.length; layer++) {
      int end = cache.length(layer) - uncompressed[layer];
      if (compressions[layer] != null && end > cache.compressed(layer)) {
        cache.compress(layer, end, compressions[layer]);
      }
    }
    return dropped;
  }

  private int drop() {
    int longest = 0;
    for (int layer = 0; layer < budgets.length; layer++) {
      if (cache.length(layer) > budgets[layer]) {
        longest = Math.max(longest, cache.length(layer));
      }
    }
    int[] chosen = new int[longest];
    int[] order = new int[longest];
    int dropped = 0;
    for (int layer = 0; layer < budgets.length; layer++) {
      int length = cache.length(layer);
      if (length > budgets[layer]) {
        int count = choose(layer, length, chosen, order);
        if (count < length) {
          cache.retain(layer, chosen, count);
          dropped += length - count;
        }
      }
    }
    return dropped;
  }

  /** Writes what a layer keeps, ascending, and returns how many. */
  private int choose(int layer, int length, int[] chosen, int[] order) {
    int firstLatest = length - reserved(layer);
    float[] score = scores[layer];
    int candidates = 0;
    for (int entry = 0; entry < firstLatest; entry++) {
      if (!isProtected(layer, entry)) {
        order[candidates++] = score == null ? 0 : Selection.order(score[entry]);
      }
    }
    int open = Math.max(0, budgets[layer] - (length - candidates));
    int threshold = Integer.MAX_VALUE;
    int equal = 0;
    if (open > 0) {
      threshold = Selection.largest(order, candidates, open);
      int above = 0;
      int same = 0;
      for (int i = 0; i < candidates; i++) {
        above += order[i] > threshold ? 1 : 0;
        same += order[i] == threshold ? 1 : 0;
      }
      // Of those that equal the last one to stay, this many go: the earliest.
      equal = same - (open - above);
    }
    int count = 0;
    for (int entry = 0; entry < length; entry++) {
      boolean keeps = entry >= firstLatest || isProtected(layer, entry);
      if (!keeps && open > 0) {
        int own = score == null ? 0 : Selection.order(score[entry]);
        keeps = own > threshold || (own == threshold && --equal < 0);
      }
      if (keeps) {
        chosen[count++] = entry;
      }
    }
    return count;
  }

  /** The latest entries of a layer that stay whatever they score. */
  private int reserved(int layer) {
    int budget = budgets[layer];
    int ofShare = latestShares[layer] > 0 ? Math.max(1, (int) (latestShares[layer] * budget)) : 0;
    return Math.min(budget, Math.max(latest[layer], ofShare));
  }
}

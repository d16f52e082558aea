package org.edgevlm.spi.cache;

import org.edgevlm.spi.Api;

/**
 * Entries that stay whatever they score. Those of the recent window never are more than the budget;
 * the others stay even beyond it, so protect less than the budget.
 *
 * @param recentShare the part of a layer's budget that goes to its latest entries, from 0 to 1
 * @param recentTokens latest entries of each layer; the larger of the two holds
 * @param first entries of the first so many positions (attention sinks)
 * @param image entries of the image
 * @param promptText entries of the prompt's text
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record Protection(
    double recentShare, int recentTokens, int first, boolean image, boolean promptText) {

  /** Nothing is protected. */
  public static final Protection NONE = new Protection(0, 0, 0, false, false);

  public Protection {
    if (!(recentShare >= 0 && recentShare <= 1)) {
      throw new IllegalArgumentException("a share is from 0 to 1, not " + recentShare);
    }
    if (recentTokens < 0 || first < 0) {
      throw new IllegalArgumentException(
          "recentTokens " + recentTokens + " and first " + first + " must not be negative");
    }
  }

  /** Writes it into a plan. */
  public void addTo(CacheObservation observation, RetentionPlan plan) {
    KvCache cache = observation.cache();
    for (int layer = 0; layer < cache.layers(); layer++) {
      plan.protectLatestShare(layer, recentShare);
      plan.protectLatest(layer, recentTokens);
      if (first > 0 || image || promptText) {
        anchors(observation, layer, plan);
      }
    }
  }

  private void anchors(CacheObservation observation, int layer, RetentionPlan plan) {
    KvCache cache = observation.cache();
    for (int entry = 0; entry < cache.length(layer); entry++) {
      int position = cache.position(layer, entry);
      if (position >= observation.promptLength()) {
        return;
      }
      if (position < first || (cache.isImage(layer, entry) ? image : promptText)) {
        plan.protect(layer, entry);
      }
    }
  }
}

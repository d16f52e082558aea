package org.edgevlm.runtime.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.edgevlm.runtime.metrics.Metrics;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.RetentionPlan;
import org.edgevlm.spi.inference.InferenceSession;

/** Lets the cache policies review one session's cache: after the prefill and between tokens. */
final class CacheReview {

  private static final String PREFILL_BYTES = Metrics.KV_BYTES + "_prefill";
  private static final String KEPT_BYTES = Metrics.KV_BYTES + "_kept";
  private static final String EVICTED_ENTRIES = "evicted_entries";
  private static final String REVIEWS = "cache_reviews";

  private final List<CachePolicy> policies;
  private final InferenceSession session;
  private final KvCache cache;
  private final int promptLength;
  private long evicted;
  private long reviews;
  private long prefillBytes;
  private long keptBytes;

  /**
   * @param policies in the configured order; none means that nothing is ever reviewed
   * @throws PluginException if there are policies and the session has no cache to review
   */
  CacheReview(List<CachePolicy> policies, InferenceSession session, int promptLength) {
    this.policies = List.copyOf(policies);
    this.session = Objects.requireNonNull(session, "session");
    this.promptLength = promptLength;
    cache =
        policies.isEmpty()
            ? null
            : session
                .kvCache()
                .orElseThrow(
                    () ->
                        new PluginException(
                            "the backend claims LAYERWISE_KV but its session has no KV cache"));
  }

  /** The review after the prefill, and what the cache takes before and after it. */
  void reviewPrefill() {
    prefillBytes = session.kvBytes();
    review(CacheObservation.Phase.PREFILL);
    keptBytes = session.kvBytes();
  }

  /** Asks the policies, and drops what they agree on if any of them is due. */
  void review(CacheObservation.Phase phase) {
    if (cache == null) {
      return;
    }
    CacheObservation observation =
        new CacheObservation(cache, phase, promptLength, session.position(), session.capacity());
    if (!isDue(observation)) {
      return;
    }
    RetentionPlan plan = new RetentionPlan(cache);
    for (CachePolicy policy : policies) {
      policy.plan(observation, plan);
    }
    evicted += plan.apply();
    reviews++;
  }

  private boolean isDue(CacheObservation observation) {
    for (CachePolicy policy : policies) {
      if (policy.isDue(observation)) {
        return true;
      }
    }
    return false;
  }

  /** Adds what it counted so far; without policies only what the cache took and takes. */
  void count(Map<String, Long> counters) {
    counters.put(Metrics.KV_BYTES, session.kvBytes());
    counters.put(PREFILL_BYTES, prefillBytes);
    if (cache != null) {
      counters.put(KEPT_BYTES, keptBytes);
      counters.put(EVICTED_ENTRIES, evicted);
      counters.put(REVIEWS, reviews);
    }
  }
}

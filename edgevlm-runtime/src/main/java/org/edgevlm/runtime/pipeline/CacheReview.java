package org.edgevlm.runtime.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.edgevlm.runtime.LayerMemory;
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
  private static final String COMPRESSED_ENTRIES = "compressed_entries";
  private static final String REVIEWS = "cache_reviews";

  private final List<CachePolicy> policies;
  private final InferenceSession session;
  private final Optional<KvCache> cache;
  private final int promptLength;
  private long evicted;
  private long reviews;
  private long prefillBytes;
  private long keptBytes;
  private long[] prefillLayers = new long[0];

  /**
   * @param policies in the configured order; none means that nothing is ever reviewed
   * @throws PluginException if there are policies and the session has no cache to review
   */
  CacheReview(List<CachePolicy> policies, InferenceSession session, int promptLength) {
    this.policies = List.copyOf(policies);
    this.session = Objects.requireNonNull(session, "session");
    this.promptLength = promptLength;
    cache = session.kvCache();
    if (!policies.isEmpty() && cache.isEmpty()) {
      throw new PluginException("the backend claims LAYERWISE_KV but its session has no KV cache");
    }
  }

  /** The review after the prefill, and what the cache takes before and after it. */
  void reviewPrefill() {
    prefillBytes = session.kvBytes();
    prefillLayers = layerBytes();
    review(CacheObservation.Phase.PREFILL);
    keptBytes = session.kvBytes();
  }

  /** Asks the policies, and drops what they agree on if any of them is due. */
  void review(CacheObservation.Phase phase) {
    if (policies.isEmpty()) {
      return;
    }
    CacheObservation observation =
        new CacheObservation(
            cache.orElseThrow(), phase, promptLength, session.position(), session.capacity());
    if (!isDue(observation)) {
      return;
    }
    RetentionPlan plan = new RetentionPlan(observation.cache());
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
    if (!policies.isEmpty()) {
      counters.put(KEPT_BYTES, keptBytes);
      counters.put(EVICTED_ENTRIES, evicted);
      counters.put(REVIEWS, reviews);
      KvCache kv = cache.orElseThrow();
      counters.put(
          COMPRESSED_ENTRIES, IntStream.range(0, kv.layers()).mapToLong(kv::compressed).sum());
    }
  }

  /** What each layer held after the prompt and holds now; none where there is no cache to ask. */
  List<LayerMemory> layers() {
    long[] now = layerBytes();
    return IntStream.range(0, now.length)
        .mapToObj(layer -> new LayerMemory(prefillLayers[layer], now[layer]))
        .toList();
  }

  private long[] layerBytes() {
    return cache.stream()
        .flatMapToLong(kv -> IntStream.range(0, kv.layers()).mapToLong(kv::bytes))
        .toArray();
  }
}

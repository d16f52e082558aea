package org.edgevlm.plugin.cache.gear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.IntStream;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.RetentionPlan;
import org.junit.jupiter.api.Test;

/** When the quantised recipe compresses, and what. */
class QuantisedTest {

  private static final QuantisedProvider PROVIDER = new QuantisedProvider();

  private static boolean review(CachePolicy policy, NumberedCache cache) {
    int length = cache.length(0);
    CacheObservation observation =
        new CacheObservation(cache, CacheObservation.Phase.DECODE, 28, length, 1000);
    if (!policy.isDue(observation)) {
      return false;
    }
    RetentionPlan plan = new RetentionPlan(cache);
    policy.plan(observation, plan);
    assertEquals(0, plan.apply(), "nothing is dropped");
    assertEquals(length, cache.length(0));
    return true;
  }

  /** Lengths at which more is compressed, from a prompt on. */
  private static List<Integer> reviews(CachePolicy policy, int prompt, int end) {
    NumberedCache cache = new NumberedCache(IntStream.range(0, prompt).toArray());
    List<Integer> lengths = new ArrayList<>();
    for (int length = prompt; length <= end; length++) {
      if (review(policy, cache)) {
        lengths.add(length);
      }
      cache.add();
    }
    return lengths;
  }

  @Test
  void thePromptIsCompressedAtOnceAndTheAnswerInBlocks() {
    CachePolicy policy = Policies.of(PROVIDER);
    assertEquals(AttentionTracking.NONE, policy.attention());
    assertEquals(List.of(28, 37, 49, 65, 86), reviews(policy, 28, 100));
    assertEquals(List.of(300, 364, 428), reviews(policy, 300, 450));
    assertEquals(
        List.of(300, 316, 332, 348), reviews(Policies.of(PROVIDER, "block", "16"), 300, 350));
    assertEquals(List.of(), reviews(policy, 3, 7), "too few to gain by it");
  }

  @Test
  void theLatestStayAsTheyAre() {
    NumberedCache cache = new NumberedCache(IntStream.range(0, 40).toArray());
    assertTrue(review(Policies.of(PROVIDER, "recent_tokens", "10"), cache));
    assertEquals(30, cache.compressed(0));
    assertFalse(review(Policies.of(PROVIDER, "recent_tokens", "10"), cache));
  }

  /** What another policy drops isn't compressed. */
  @Test
  void whatIsLeftOfAnEvictionIsCompressed() {
    NumberedCache cache = new NumberedCache(IntStream.range(0, 40).toArray());
    CacheObservation observation =
        new CacheObservation(cache, CacheObservation.Phase.PREFILL, 40, 40, 1000);
    RetentionPlan plan = new RetentionPlan(cache);
    Policies.of(PROVIDER).plan(observation, plan);
    plan.limit(0, 20);
    assertEquals(20, plan.apply());
    assertEquals(20, cache.compressed(0));
    assertArrayEquals(
        IntStream.range(20, 40).toArray(),
        IntStream.range(0, 20).map(e -> cache.position(0, e)).toArray());
  }

  @Test
  void itNeedsABackendThatCompresses() {
    assertEquals(
        EnumSet.of(Capability.LAYERWISE_KV, Capability.KV_QUANTIZATION), PROVIDER.requires());
  }

  @Test
  void thereAreFourBitsOrTwo() {
    PluginException e =
        assertThrows(PluginException.class, () -> Policies.of(PROVIDER, "bits", "3"));
    assertTrue(e.getMessage().contains("gear-quantised.bits is 3: it must be 2 or 4"));
  }
}

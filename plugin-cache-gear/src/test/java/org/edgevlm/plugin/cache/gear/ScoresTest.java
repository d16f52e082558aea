package org.edgevlm.plugin.cache.gear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.cache.RetentionPlan;
import org.junit.jupiter.api.Test;

/** What each policy thinks of an entry, by the positions it keeps of a few. */
class ScoresTest {

  /** Makes a policy that keeps so many entries by its score alone. */
  private static CachePolicy policy(CachePolicyProvider provider, int keep, String... pairs) {
    Map<String, String> settings = new HashMap<>();
    // One more, for the token that comes.
    settings.put("budget_tokens", String.valueOf(keep + 1));
    settings.put("budget", "1");
    settings.put("recent", "0");
    settings.put("first", "0");
    for (int i = 0; i < pairs.length; i += 2) {
      settings.put(pairs[i], pairs[i + 1]);
    }
    return Policies.of(provider, settings);
  }

  private static int[] kept(CachePolicy policy, NumberedCache cache) {
    int end = cache.position(0, cache.length(0) - 1) + 1;
    CacheObservation observation =
        new CacheObservation(cache, CacheObservation.Phase.PREFILL, end, end, 100);
    assertTrue(policy.isDue(observation));
    RetentionPlan plan = new RetentionPlan(cache);
    policy.plan(observation, plan);
    plan.apply();
    int[] positions = new int[cache.length(0)];
    for (int entry = 0; entry < positions.length; entry++) {
      positions[entry] = cache.position(0, entry);
    }
    return positions;
  }

  @Test
  void gearKeepsWhatGotMostAttention() {
    NumberedCache cache = new NumberedCache(0, 1, 2, 3, 7).accumulated(1, 5, 2, 4, 3);
    CachePolicy gear = policy(new GearProvider(), 2, "values", "false");
    assertEquals(new AttentionTracking(true, 0), gear.attention());
    assertArrayEquals(new int[] {1, 3}, kept(gear, cache));
  }

  /** 8 queries in all: the first entry was seen by 8, the last by its own. */
  @Test
  void theMeanIsOverTheQueriesThatSawAnEntry() {
    NumberedCache cache = new NumberedCache(0, 1, 2, 3, 7).accumulated(4, 4, 3, 4, 0.6f);
    CachePolicy gear = policy(new GearProvider(), 2, "fairness", "mean", "values", "false");
    assertArrayEquals(new int[] {3, 7}, kept(gear, cache), "0.5, 0.57, 0.5, 0.8 and 0.6");
  }

  @Test
  void valuesWeighTheAttention() {
    float[][] values = {{0.1f, -0.1f}, {1, 1}, {-2, 2}, {1, 0}, {0, 1}};
    NumberedCache cache =
        new NumberedCache(0, 1, 2, 3, 4).accumulated(9, 2, 1, 3, 1).values(values);
    CachePolicy gear = policy(new GearProvider(), 3, "values", "true");
    // 1.8, 4, 4, 3 and 1.
    assertArrayEquals(new int[] {1, 2, 3}, kept(gear, cache));
    cache = new NumberedCache(0, 1, 2, 3, 4).recent(9, 2, 1, 3, 1).values(values);
    assertArrayEquals(
        new int[] {1, 2, 3}, kept(policy(new SnapKvProvider(), 3, "values", "true"), cache));
  }

  @Test
  void snapKvPoolsOverNeighbours() {
    float[] attention = {1, 2, 3, 9, 3.5f, 2, 6, 0};
    int[] positions = {0, 1, 2, 3, 4, 5, 6, 7};
    CachePolicy pooled = policy(new SnapKvProvider(), 3, "pool", "3", "values", "false");
    assertArrayEquals(
        new int[] {2, 3, 4}, kept(pooled, new NumberedCache(positions).recent(attention)));
    CachePolicy plain = policy(new SnapKvProvider(), 3, "pool", "1", "values", "false");
    assertArrayEquals(
        new int[] {3, 4, 6}, kept(plain, new NumberedCache(positions).recent(attention)));
    CachePolicy window = policy(new SnapKvProvider(), 3, "window", "5");
    assertEquals(new AttentionTracking(false, 5), window.attention());
  }

  @Test
  void snapKvPoolsOverAnOddNumber() {
    PluginException e =
        assertThrows(PluginException.class, () -> policy(new SnapKvProvider(), 3, "pool", "4"));
    assertTrue(e.getMessage().contains("snapkv.pool is 4: it must be odd"), e.getMessage());
  }

  @Test
  void tovaLooksAtTheLastQuery() {
    CachePolicy tova = policy(new TovaProvider(), 2);
    assertEquals(new AttentionTracking(false, 1), tova.attention());
    NumberedCache cache =
        new NumberedCache(0, 1, 2, 3).accumulated(9, 9, 0, 0).recent(0.1f, 0.2f, 0.3f, 0.4f);
    assertArrayEquals(new int[] {2, 3}, kept(tova, cache));
  }

  @Test
  void smallKeysStay() {
    CachePolicy norms = policy(new KeyNormProvider(), 2);
    assertEquals(AttentionTracking.NONE, norms.attention());
    assertEquals(Set.of(Capability.LAYERWISE_KV), new KeyNormProvider().requires());
    NumberedCache cache =
        new NumberedCache(0, 1, 2, 3).keys(new float[][] {{3, 4}, {-1, 1}, {0, -6}, {2, 2}});
    assertArrayEquals(new int[] {1, 3}, kept(norms, cache));
  }

  @Test
  void keysOfDifferentLayersDoNotCompete() {
    PluginException e =
        assertThrows(
            PluginException.class, () -> policy(new KeyNormProvider(), 2, "scope", "global"));
    assertTrue(e.getMessage().contains("must be layer"), e.getMessage());
  }

  @Test
  void protectionComesFromTheConfiguration() {
    float[] attention = {0, 9, 8, 7, 6, 0};
    int[] positions = {0, 1, 2, 3, 4, 5};
    CachePolicy gear = policy(new GearProvider(), 4, "first", "1", "recent", "0.25");
    assertArrayEquals(
        new int[] {0, 1, 2, 5}, kept(gear, new NumberedCache(positions).accumulated(attention)));
    gear = policy(new GearProvider(), 4, "recent_tokens", "3");
    assertArrayEquals(
        new int[] {1, 3, 4, 5}, kept(gear, new NumberedCache(positions).accumulated(attention)));
    gear = policy(new GearProvider(), 4, "keep_prompt", "true");
    assertArrayEquals(
        positions, kept(gear, new NumberedCache(positions).accumulated(attention)), "all of it");
  }
}

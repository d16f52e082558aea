package com.example.mypolicy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.RetentionPlan;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.testkit.CachePolicyContract;
import org.edgevlm.testkit.TestSet;
import org.junit.jupiter.api.Test;

/** The contract of cache policies, and what a session's layers hold after this one was asked. */
class MyPolicyTest extends CachePolicyContract {

  private static final int[] TOKENS = {1, 2, 3, 4, 5, 6, 7, 8};

  @Override
  protected CachePolicyProvider provider() {
    return new MyPolicyProvider();
  }

  /** With these, something of 120 entries is dropped. */
  @Override
  protected Map<String, String> configuration() {
    return Map.of("budget", "32");
  }

  @Test
  void keepsWhatReceivedTheMostAttention() {
    MyPolicy policy = new MyPolicy(3);
    SessionOptions options =
        new SessionOptions(policy.attention(), SessionOptions.DEFAULT.earlyExit());
    try (TestSet set = TestSet.with().open();
        InferenceSession session = set.model().openSession(options)) {
      session.step(TOKENS, 0, TOKENS.length, Outputs.NONE);
      KvCache cache = session.kvCache().orElseThrow();
      float[][] attention = new float[cache.layers()][TOKENS.length];
      for (int layer = 0; layer < cache.layers(); layer++) {
        cache.accumulatedAttention(layer, attention[layer]);
      }
      CacheObservation observation =
          new CacheObservation(
              cache, CacheObservation.Phase.PREFILL, TOKENS.length, session.position(), 1000);
      assertTrue(policy.isDue(observation));
      RetentionPlan plan = new RetentionPlan(cache);
      policy.plan(observation, plan);
      plan.apply();
      for (int layer = 0; layer < cache.layers(); layer++) {
        assertEquals(3, cache.length(layer));
        float least = Float.MAX_VALUE;
        for (int entry = 0; entry < 3; entry++) {
          least = Math.min(least, attention[layer][cache.position(layer, entry)]);
        }
        int above = 0;
        for (float received : attention[layer]) {
          above += received > least ? 1 : 0;
        }
        assertEquals(2, above, "entries that received more than the least of those kept");
      }
      assertFalse(policy.isDue(observation), "there is nothing left to drop");
    }
  }

  @Test
  void anAnswerHoldsNoMoreThanTheBudget() {
    try (TestSet set = TestSet.with(new MyPolicyProvider()).set("my-policy.budget", "8").open()) {
      assertTrue(set.answer("What is there?").counters().get("evicted_entries") > 0);
    }
  }
}

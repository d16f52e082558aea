package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.edgevlm.plugin.llamacpp.bytedeco.random.RandomModel;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.LayerBudgetPolicy;
import org.edgevlm.spi.cache.Protection;
import org.edgevlm.spi.cache.RetentionBudget;
import org.edgevlm.spi.cache.RetentionPlan;
import org.edgevlm.spi.cache.RetentionSettings;
import org.edgevlm.spi.cache.ReviewTrigger;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.SessionOptions;
import org.junit.jupiter.api.Test;

/** Entries whose K and V early exits left for later. */
class WaitingEntriesTest {

  private static final int LAYERS = 6;
  private static final RandomModel MODEL =
      new RandomModel().layers(LAYERS).heads(4, 2).headWidth(128).vocabulary(900);

  /** All steps leave after the second layer. */
  private static final SessionOptions EARLY =
      new SessionOptions(
          AttentionTracking.NONE, Optional.of(new EarlyExit(List.of(2, 4), (at, sure) -> at == 2)));

  /** Half of the entries, as policies of the usual kind have it. */
  private static LayerBudgetPolicy half() {
    return new LayerBudgetPolicy(
        new RetentionSettings(
            RetentionBudget.ofLayers(0.5),
            new Protection(0, 0, 0, false, false),
            new ReviewTrigger(true, 0, 50))) {
      @Override
      protected double share(int layer, int layers) {
        return 0.5;
      }
    };
  }

  @Test
  void askingWhetherAPolicyIsDueMakesNothing() {
    try (EngineModel model = Engine.open(Engine.file("waiting", MODEL));
        InferenceSession session = model.openSession(EARLY);
        InferenceSession unasked = model.openSession(EARLY);
        LayerBudgetPolicy policy = half()) {
      KvCache cache = session.kvCache().orElseThrow();
      int[] tokens = Engine.tokens(71, 49, 900);
      for (int i = 0; i < tokens.length; i++) {
        Engine.step(session, tokens[i]);
        Engine.step(unasked, tokens[i]);
        CacheObservation observation =
            new CacheObservation(cache, CacheObservation.Phase.DECODE, 1, i + 1, 256);
        assertFalse(policy.isDue(observation), "before 50 positions");
        assertEquals(i + 1, cache.length(0));
        assertEquals(i + 1, cache.length(LAYERS - 1));
        assertEquals(0, cache.compressed(LAYERS - 1));
        assertEquals(unasked.kvBytes(), session.kvBytes(), "after token " + i);
        assertEquals(0, cache.bytes(LAYERS - 1));
      }
      // The last one is looked at, so all are made.
      Engine.step(session, 5);
      assertEquals(49, cache.position(LAYERS - 1, 49));
      assertTrue(cache.bytes(LAYERS - 1) > 0);
      assertEquals(50, cache.length(LAYERS - 1));
    }
  }

  @Test
  void aReviewDropsTheSameOfAllLayers() {
    try (EngineModel model = Engine.open(Engine.file("waiting", MODEL));
        InferenceSession session = model.openSession(EARLY);
        LayerBudgetPolicy policy = half()) {
      KvCache cache = session.kvCache().orElseThrow();
      for (int token : Engine.tokens(72, 60, 900)) {
        Engine.step(session, token);
      }
      CacheObservation observation =
          new CacheObservation(cache, CacheObservation.Phase.DECODE, 1, 60, 256);
      assertTrue(policy.isDue(observation));
      RetentionPlan plan = new RetentionPlan(cache);
      policy.plan(observation, plan);
      assertTrue(plan.apply() > 0);
      for (int layer = 1; layer < LAYERS; layer++) {
        assertEquals(cache.length(0), cache.length(layer));
        assertEquals(59, cache.position(layer, cache.length(layer) - 1));
      }
      session.rewind(58);
      assertEquals(cache.length(0), cache.length(LAYERS - 1));
    }
  }
}

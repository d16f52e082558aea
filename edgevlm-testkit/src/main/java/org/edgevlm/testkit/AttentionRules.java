package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The sums of attention that cache policies score by. */
abstract class AttentionRules extends BackendRules {

  /** Each query gives one of attention in all; sums of a few come out of 16-bit arithmetic. */
  private static final double SUM_TOLERANCE = 0.01;

  AttentionRules(BackendFixture fixture) {
    super(fixture);
  }

  private InferenceSession open(boolean accumulated, int recentQueries) {
    return backend()
        .model()
        .openSession(
            new SessionOptions(
                new AttentionTracking(accumulated, recentQueries), Optional.empty()));
  }

  private static double sum(float[] attention) {
    double sum = 0;
    for (float value : attention) {
      assertTrue(value >= 0, "attention " + value + " is negative");
      sum += value;
    }
    return sum;
  }

  @Test
  @DisplayName("Accumulated attention of a layer sums to the queries that were fed")
  void accumulatedAttentionSumsToTheQueries() {
    backend().assumeHas(Capability.ATTENTION_SCORES);
    try (InferenceSession session = open(true, 0)) {
      KvCache cache = session.kvCache().orElseThrow();
      int[] tokens = backend().tokens(9, 71);
      session.step(tokens, 0, 6, Outputs.NONE);
      check(cache, 6);
      session.step(tokens, 6, 1, Outputs.LAST);
      session.step(tokens, 7, 2, Outputs.LAST);
      check(cache, 9);
    }
  }

  private void check(KvCache cache, int queries) {
    for (int layer = 0; layer < cache.layers(); layer++) {
      float[] attention = new float[cache.length(layer)];
      cache.accumulatedAttention(layer, attention);
      assertEquals(
          queries, sum(attention), queries * SUM_TOLERANCE, "accumulated in layer " + layer);
    }
  }

  @Test
  @DisplayName("Recent attention of a layer sums to the latest queries, as many as were asked for")
  void recentAttentionSumsToTheWindow() {
    backend().assumeHas(Capability.ATTENTION_SCORES);
    int window = 3;
    try (InferenceSession session = open(false, window)) {
      KvCache cache = session.kvCache().orElseThrow();
      int[] tokens = backend().tokens(8, 72);
      for (int fed = 0; fed < 8; fed += 2) {
        session.step(tokens, fed, 2, Outputs.NONE);
        int queries = Math.min(window, fed + 2);
        for (int layer = 0; layer < cache.layers(); layer++) {
          float[] attention = new float[cache.length(layer)];
          cache.recentAttention(layer, attention);
          assertEquals(
              queries, sum(attention), queries * SUM_TOLERANCE, "recent in layer " + layer);
        }
      }
    }
  }

  @Test
  @DisplayName("Attention that a session doesn't track is an IllegalStateException")
  void untrackedAttentionIsRefused() {
    backend().assumeHas(Capability.ATTENTION_SCORES);
    try (InferenceSession neither = backend().session();
        InferenceSession recent = open(false, 2);
        InferenceSession accumulated = open(true, 0)) {
      int[] tokens = backend().tokens(3, 73);
      neither.step(tokens, 0, 3, Outputs.NONE);
      recent.step(tokens, 0, 3, Outputs.NONE);
      accumulated.step(tokens, 0, 3, Outputs.NONE);
      float[] destination = new float[3];
      KvCache of = neither.kvCache().orElseThrow();
      assertThrows(IllegalStateException.class, () -> of.accumulatedAttention(0, destination));
      assertThrows(IllegalStateException.class, () -> of.recentAttention(0, destination));
      KvCache ofRecent = recent.kvCache().orElseThrow();
      assertThrows(
          IllegalStateException.class, () -> ofRecent.accumulatedAttention(0, destination));
      KvCache ofAccumulated = accumulated.kvCache().orElseThrow();
      assertThrows(
          IllegalStateException.class, () -> ofAccumulated.recentAttention(0, destination));
    }
  }

  @Test
  @DisplayName("Tracking attention doesn't change the logits")
  void trackingChangesNothing() {
    backend().assumeHas(Capability.ATTENTION_SCORES);
    int[] tokens = backend().tokens(7, 74);
    float[] expected = backend().last(tokens);
    try (InferenceSession session = open(true, 2)) {
      backend().assertSame(expected, session.step(tokens, 0, 7, Outputs.LAST), 0, "tracked");
    }
  }

  @Test
  @DisplayName("Without ATTENTION_SCORES, a session that asks for them is a PluginException")
  void trackingIsRefusedWithoutTheCapability() {
    backend().assumeLacks(Capability.ATTENTION_SCORES);
    assertThrows(PluginException.class, () -> open(true, 0).close());
    assertThrows(PluginException.class, () -> open(false, 1).close());
  }
}

package com.example.recentwindow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.edgevlm.runtime.Answer;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.RetentionPlan;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.testkit.TestSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a session's layers hold after the policy was asked. */
class RecentWindowTest {

  private static final int[] TOKENS = {1, 2, 3, 4, 5, 6};

  private TestSet set;
  private InferenceSession session;
  private KvCache cache;

  /** Positions 0 to 3 are text, 4 to 8 a picture, 9 to 14 text. */
  @BeforeEach
  void feed() {
    set = TestSet.with().open();
    session = set.model().openSession(SessionOptions.DEFAULT);
    session.step(TOKENS, 0, 4, Outputs.NONE);
    session.step(ImageEmbedding.allocate(5, set.model().info().width()), Outputs.NONE);
    session.step(TOKENS, 0, 6, Outputs.NONE);
    cache = session.kvCache().orElseThrow();
  }

  @AfterEach
  void close() {
    session.close();
    set.close();
  }

  private CacheObservation observation() {
    return new CacheObservation(
        cache, CacheObservation.Phase.PREFILL, 15, session.position(), session.capacity());
  }

  private void review(RecentWindow policy) {
    RetentionPlan plan = new RetentionPlan(cache);
    policy.plan(observation(), plan);
    plan.apply();
    assertFalse(policy.isDue(observation()), "there is nothing left to drop");
  }

  private void assertHolds(List<Integer> positions) {
    for (int layer = 0; layer < cache.layers(); layer++) {
      List<Integer> held = new ArrayList<>();
      for (int entry = 0; entry < cache.length(layer); entry++) {
        held.add(cache.position(layer, entry));
      }
      assertEquals(positions, held);
    }
  }

  @Test
  void keepsTheFirstThePicturesAndTheLatest() {
    RecentWindow policy = new RecentWindow(2, 3, true);
    assertTrue(policy.isDue(observation()));
    review(policy);
    assertHolds(List.of(0, 1, 4, 5, 6, 7, 8, 12, 13, 14));
  }

  @Test
  void dropsThePictureWhereItIsToldTo() {
    review(new RecentWindow(2, 3, false));
    assertHolds(List.of(0, 1, 12, 13, 14));
  }

  @Test
  void theWindowHoldsBesideAPolicyThatScores() {
    RetentionPlan plan = new RetentionPlan(cache);
    new RecentWindow(2, 3, false).plan(observation(), plan);
    for (int layer = 0; layer < cache.layers(); layer++) {
      plan.score(layer, 5, 1);
    }
    plan.apply();
    assertHolds(List.of(0, 1, 12, 13, 14));
  }

  @Test
  void theWindowMovesOn() {
    RecentWindow policy = new RecentWindow(1, 2, false);
    review(policy);
    session.step(TOKENS, 0, 1, Outputs.NONE);
    assertTrue(policy.isDue(observation()));
    review(policy);
    assertHolds(List.of(0, 14, 15));
  }

  @Test
  void isDueOnlyWhenSomethingIsToBeDropped() {
    assertFalse(new RecentWindow(4, 11, false).isDue(observation()), "15 entries fit");
    assertTrue(new RecentWindow(4, 10, false).isDue(observation()));
    assertFalse(new RecentWindow(4, 6, true).isDue(observation()), "the picture's don't count");
    assertTrue(new RecentWindow(4, 5, true).isDue(observation()));
  }

  @Test
  void anAnswerHoldsNoMoreThanThat() {
    RecentWindowProvider provider = new RecentWindowProvider();
    try (TestSet whole = TestSet.with(provider).open();
        TestSet narrow = TestSet.with(provider).set("recent-window.window", "3").open()) {
      Answer all = whole.answer("What is there to be seen?");
      Answer some = narrow.answer("What is there to be seen?");
      assertEquals(0, all.counters().get("evicted_entries"));
      assertTrue(some.counters().get("evicted_entries") > 0, some::toString);
      assertTrue(some.counters().get("kv_bytes") < all.counters().get("kv_bytes"));
    }
  }
}

package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.RetentionPlan;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.testkit.asserting.Promise;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a cache keeps, by real caches of a small model. */
abstract class PolicyRules {

  private final PolicyFixture fixture;

  PolicyRules(PolicyFixture fixture) {
    this.fixture = Objects.requireNonNull(fixture, "fixture");
  }

  private CachePolicy policy() {
    return fixture.policy();
  }

  private void assumeDropsAlone() {
    assumeFalse(fixture.lacks(PolicyBehavior.DROPS_ALONE), "it leaves the budgets to another");
  }

  private static int total(List<List<Integer>> positions) {
    return positions.stream().mapToInt(List::size).sum();
  }

  @Test
  @DisplayName("It needs a cache by layers, and always tracks the same attention")
  void itNeedsACacheByLayers() {
    assertTrue(
        fixture.provider().requires().contains(Capability.LAYERWISE_KV),
        "requires() names LAYERWISE_KV");
    assertEquals(policy().attention(), policy().attention(), "attention()");
  }

  @Test
  @DisplayName("A long prompt is due, and a review of what is due drops something")
  void whatIsDueIsDropped() {
    assumeDropsAlone();
    try (InferenceSession session = fixture.session(policy())) {
      CacheObservation observation = fixture.prompt(session, 1);
      assertTrue(
          policy().isDue(observation),
          "nothing is due after a prompt of "
              + PolicyFixture.PROMPT
              + ": configure a smaller budget, or name DROPS_ALONE in lacks()");
      int before = total(PolicyFixture.positions(observation.cache()));
      int after = total(PolicyFixture.review(policy(), observation));
      assertTrue(after < before, "a review of what is due drops nothing of " + before);
    }
  }

  @Test
  @DisplayName("After a review nothing is due")
  void afterAReviewNothingIsDue() {
    assumeDropsAlone();
    try (InferenceSession session = fixture.session(policy())) {
      CacheObservation observation = fixture.prompt(session, 2);
      PolicyFixture.review(policy(), observation);
      assertFalse(policy().isDue(observation), "more is due right after a review");
    }
  }

  @Test
  @DisplayName("Whether it is due is asked cheaply, with the same answer each time")
  void askingIsCheapAndPure() {
    try (InferenceSession session = fixture.session(policy())) {
      CacheObservation observation = fixture.prompt(session, 3);
      List<List<Integer>> before = PolicyFixture.positions(observation.cache());
      boolean due = policy().isDue(observation);
      for (int i = 0; i < 3; i++) {
        assertEquals(due, policy().isDue(observation), "isDue, asked again");
      }
      assertEquals(before, PolicyFixture.positions(observation.cache()), "the cache");
    }
    assertEquals(List.of(), fixture.violations().of(Promise.IS_DUE_IS_CHEAP), "isDue");
  }

  @Test
  @DisplayName("Planning changes nothing but the plan")
  void planningOnlyPlans() {
    try (InferenceSession session = fixture.session(policy())) {
      CacheObservation observation = fixture.prompt(session, 4);
      List<List<Integer>> before = PolicyFixture.positions(observation.cache());
      policy().isDue(observation);
      policy().plan(observation, new RetentionPlan(observation.cache()));
      assertEquals(before, PolicyFixture.positions(observation.cache()), "the cache");
    }
    assertEquals(List.of(), fixture.violations().of(Promise.POLICIES_ONLY_PLAN), "planning");
  }

  @Test
  @DisplayName(
      "Any cache can be planned for: one entry, uneven layers, gaps, before and after tokens")
  void anyCacheCanBePlannedFor() {
    try (InferenceSession session = fixture.session(policy())) {
      fixture.feed(session, 1, 5);
      reviewed(session, CacheObservation.Phase.PREFILL, 1);
      reviewed(session, CacheObservation.Phase.DECODE, 1);
    }
    try (InferenceSession session = fixture.session(policy())) {
      KvCache cache = fixture.prompt(session, 6).cache();
      for (int layer = 0; layer < cache.layers(); layer++) {
        int step = layer + 2;
        int[] every =
            IntStream.iterate(0, i -> i < cache.length(0), i -> i + step)
                .filter(i -> i < PolicyFixture.PROMPT)
                .toArray();
        cache.retain(layer, every, every.length);
      }
      fixture.feed(session, 3, 7);
      for (int i = 0; i < 5; i++) {
        reviewed(session, CacheObservation.Phase.DECODE, PolicyFixture.PROMPT);
        fixture.feed(session, 1, 8 + i);
      }
    }
  }

  private void reviewed(InferenceSession session, CacheObservation.Phase phase, int prompt) {
    CacheObservation observation = PolicyFixture.observe(session, phase, prompt);
    policy().isDue(observation);
    List<List<Integer>> kept = PolicyFixture.review(policy(), observation);
    for (List<Integer> layer : kept) {
      assertFalse(layer.isEmpty(), "a layer keeps nothing");
    }
  }

  @Test
  @DisplayName("Sessions don't mix: what one keeps doesn't depend on what was reviewed before")
  void sessionsDoNotMix() {
    List<List<Integer>> alone;
    try (TestSet fresh = fixture.open();
        InferenceSession session = fixture.session(policy())) {
      alone = limited(fresh.made(CachePolicy.class), fixture.prompt(session, 9));
    }
    try (InferenceSession one = fixture.session(policy());
        InferenceSession other = fixture.session(policy())) {
      CacheObservation first = fixture.prompt(one, 9);
      CacheObservation second = fixture.prompt(other, 10);
      policy().isDue(first);
      limited(policy(), second);
      policy().isDue(second);
      assertEquals(alone, limited(policy(), first), "kept after another session's review");
    }
  }

  /** A review beside a policy that halves each layer, so that scores alone have an effect too. */
  private static List<List<Integer>> limited(CachePolicy policy, CacheObservation observation) {
    RetentionPlan plan = new RetentionPlan(observation.cache());
    for (int layer = 0; layer < observation.cache().layers(); layer++) {
      plan.limit(layer, PolicyFixture.PROMPT / 2);
    }
    policy.plan(observation, plan);
    plan.apply();
    return PolicyFixture.positions(observation.cache());
  }

  @Test
  @DisplayName("It works beside another policy: smaller budgets and protected entries hold")
  void itWorksBesideAnotherPolicy() {
    for (boolean first : new boolean[] {true, false}) {
      try (InferenceSession session = fixture.session(policy())) {
        CacheObservation observation = fixture.prompt(session, 11);
        RetentionPlan plan = new RetentionPlan(observation.cache());
        if (first) {
          policy().plan(observation, plan);
        }
        for (int layer = 0; layer < observation.cache().layers(); layer++) {
          plan.limit(layer, 5);
          plan.protect(layer, 0);
          plan.protect(layer, 30);
        }
        if (!first) {
          policy().plan(observation, plan);
        }
        for (int layer = 0; layer < observation.cache().layers(); layer++) {
          assertTrue(plan.budget(layer) <= 5, "the smaller budget of layer " + layer);
        }
        plan.apply();
        for (List<Integer> layer : PolicyFixture.positions(observation.cache())) {
          assertTrue(layer.contains(0) && layer.contains(30), "protected entries of " + layer);
        }
      }
    }
  }

  @Test
  @DisplayName("It works in several threads at a time")
  void itWorksInSeveralThreads() throws Exception {
    List<List<Integer>> expected = threadReview();
    for (List<List<Integer>> kept : Threads.same(4, 16, this::threadReview)) {
      assertEquals(expected, kept, "kept in another thread");
    }
  }

  private List<List<Integer>> threadReview() {
    try (InferenceSession session = fixture.session(policy())) {
      CacheObservation observation = fixture.prompt(session, 12);
      policy().isDue(observation);
      return limited(policy(), observation);
    }
  }

  @Test
  @DisplayName("It can be closed twice")
  void itCanBeClosedTwice() {
    TestSet second = fixture.open();
    CachePolicy closed = second.made(CachePolicy.class);
    second.close();
    assertDoesNotThrow(closed::close, "another close");
    assertEquals(List.of(), fixture.violations().of(Promise.CLOSE_IS_IDEMPOTENT), "close");
  }

  @Test
  @DisplayName("A set with this policy answers, the same twice, and counts what it evicts")
  void theAssembledSetAnswers() {
    try (TestSet set = fixture.open()) {
      var answer = set.answer("What is there, and where, and how many of each, and why?");
      assertTrue(answer.counters().containsKey("evicted_entries"), "evicted_entries");
      assertEquals(
          answer.text(),
          set.answer("What is there, and where, and how many of each, and why?").text(),
          "the second answer");
      assertEquals(List.of(fixture.provider().id()), answer.plugins().cache(), "policies");
    }
  }
}

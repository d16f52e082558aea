package org.edgevlm.spi.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.edgevlm.spi.cache.CacheObservation.Phase;
import org.edgevlm.spi.cache.RetentionBudget.Base;
import org.edgevlm.spi.cache.RetentionBudget.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Budgets, triggers and protected entries, by a policy that scores as the cache says. */
class ScoringCachePolicyTest {

  private static final int PROMPT = 40;

  /** Scores by the attention. */
  private static final class ByAttention extends ScoringCachePolicy {
    ByAttention(RetentionBudget budget, Protection protection, ReviewTrigger trigger) {
      super(new RetentionSettings(budget, protection, trigger));
    }

    @Override
    protected void score(CacheObservation observation, int layer, float[] scores) {
      observation.cache().accumulatedAttention(layer, scores);
    }
  }

  private static ByAttention policy(RetentionBudget budget) {
    return new ByAttention(budget, Protection.NONE, ReviewTrigger.DEFAULT);
  }

  private static RetentionBudget budget(double share, int tokens, Base base, Scope scope) {
    return new RetentionBudget(share, tokens, base, scope);
  }

  private static CacheObservation seen(KvCache cache, int position) {
    return new CacheObservation(
        cache, position > PROMPT ? Phase.DECODE : Phase.PREFILL, PROMPT, position, 4096);
  }

  private static int review(CachePolicy policy, CacheObservation observation) {
    RetentionPlan plan = new RetentionPlan(observation.cache());
    policy.plan(observation, plan);
    return plan.apply();
  }

  /** Feeds tokens with reviews between them; returns how many reviews there were. */
  private static int decode(CachePolicy policy, PlainCache cache, int tokens, double share) {
    int reviews = 0;
    for (int position = PROMPT; position < PROMPT + tokens; position++) {
      CacheObservation observation = seen(cache, position);
      if (policy.isDue(observation)) {
        review(policy, observation);
        reviews++;
        assertFalse(policy.isDue(observation), "due right after a review at " + position);
      }
      cache.append(position);
      long full = cache.layers() * cache.bytes(0, position + 1);
      assertTrue(
          cache.bytes() <= share * full + 1,
          cache.bytes() + " bytes of " + full + " at position " + position);
    }
    return reviews;
  }

  /** Blocks larger and smaller than what a layer keeps; the bar holds at each token. */
  @ParameterizedTest
  @CsvSource({"1, 0.5", "10, 0.5", "4, 0.3", "16, 0.5", "10, 0.7", "1, 0.25"})
  void theBytesNeverExceedTheShare(int rowsPerBlock, double share) {
    PlainCache cache = new PlainCache(12, PROMPT, 5, 21, rowsPerBlock);
    decode(policy(RetentionBudget.ofLayers(share)), cache, 200, share);
    int entries = IntStream.range(0, 12).map(cache::length).sum();
    double full = 12.0 * (PROMPT + 200);
    assertTrue(entries > (share - 0.05) * full, "the budget is used: " + entries + " of " + full);
  }

  @ParameterizedTest
  @CsvSource({"1, 0.5", "10, 0.5", "7, 0.3"})
  void oneBudgetForAllLayersHoldsToo(int rowsPerBlock, double share) {
    PlainCache cache = new PlainCache(6, PROMPT, 5, 21, rowsPerBlock);
    decode(policy(budget(share, 0, Base.POSITIONS, Scope.GLOBAL)), cache, 100, share);
  }

  @Test
  void aShareOfThePromptStaysAsLarge() {
    PlainCache cache = new PlainCache(4, PROMPT, 5, 21, 1);
    ByAttention policy = policy(budget(0.5, 0, Base.PROMPT, Scope.LAYER));
    for (int position = PROMPT; position < 140; position++) {
      if (policy.isDue(seen(cache, position))) {
        review(policy, seen(cache, position));
      }
      cache.append(position);
      assertTrue(cache.bytes() <= 4 * 20 * 1000, cache.bytes() + " at " + position);
    }
    assertTrue(cache.bytes() >= 4 * 19 * 1000);
  }

  @Test
  void theSmallerOfShareAndTokensHolds() {
    PlainCache cache = new PlainCache(4, PROMPT, 5, 21, 1);
    review(policy(budget(0.5, 12, Base.POSITIONS, Scope.LAYER)), seen(cache, PROMPT));
    assertEquals(11, cache.length(2), "12 less the one that comes");
    PlainCache other = new PlainCache(4, PROMPT, 5, 21, 1);
    review(policy(budget(0.5, 36, Base.POSITIONS, Scope.LAYER)), seen(other, PROMPT));
    // Half of 41 positions is 20.5 a layer: two layers have 21, and one of them is still to come.
    assertArrayEquals(
        new int[] {20, 20, 19, 19}, IntStream.range(0, 4).map(other::length).toArray());
  }

  /** A slow and obvious choice. */
  private static int[] best(int layer, int keep, int length, Protection protection) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, length).boxed().toList());
    int recent = (int) (protection.recentShare() * keep);
    Comparator<Integer> latest = Comparator.comparing(p -> p < length - recent);
    Comparator<Integer> first = Comparator.comparing(p -> p >= protection.first());
    Comparator<Integer> score = Comparator.comparing(p -> -PlainCache.attention(layer, p));
    order.sort(first.thenComparing(latest).thenComparing(score));
    return order.subList(0, keep).stream().mapToInt(p -> p).sorted().toArray();
  }

  @Test
  void theHighestScoresStayBesideWhatIsProtected() {
    Protection protection = new Protection(0.25, 0, 3, false, false);
    PlainCache cache = new PlainCache(5, PROMPT, 5, 21, 1);
    ByAttention policy =
        new ByAttention(RetentionBudget.ofLayers(0.5), protection, ReviewTrigger.DEFAULT);
    int dropped = review(policy, seen(cache, PROMPT));
    int kept = 0;
    for (int layer = 0; layer < 5; layer++) {
      int length = cache.length(layer);
      kept += length;
      assertArrayEquals(
          best(layer, length, PROMPT, protection), cache.positions(layer), "layer " + layer);
    }
    assertEquals(5 * PROMPT - dropped, kept);
    // 50 % of 41 positions less one for the next token, and the half that is left over.
    assertEquals(97, kept);
  }

  /** Protected entries are in it before all others, whatever they score. */
  @ParameterizedTest
  @CsvSource({"0", "10"})
  void layersCompeteForOneBudget(int first) {
    PlainCache cache = new PlainCache(5, PROMPT, 5, 21, 1);
    review(
        new ByAttention(
            budget(0.5, 0, Base.POSITIONS, Scope.GLOBAL),
            new Protection(0, 0, first, false, false),
            ReviewTrigger.DEFAULT),
        seen(cache, PROMPT));
    List<Float> all = new ArrayList<>();
    for (int layer = 0; layer < 5; layer++) {
      for (int position = first; position < PROMPT; position++) {
        all.add(PlainCache.attention(layer, position));
      }
    }
    all.sort(Comparator.reverseOrder());
    float threshold = all.get(97 - 5 * first - 1);
    for (int layer = 0; layer < 5; layer++) {
      int own = layer;
      int[] expected =
          IntStream.range(0, PROMPT)
              .filter(p -> p < first || PlainCache.attention(own, p) >= threshold)
              .toArray();
      assertArrayEquals(expected, cache.positions(layer), "layer " + layer);
    }
  }

  @Test
  void equalScoresShareOneBudgetToo() {
    PlainCache cache = new PlainCache(4, PROMPT, 5, 21, 1);
    ScoringCachePolicy flat =
        new ScoringCachePolicy(
            new RetentionSettings(
                budget(0.5, 0, Base.POSITIONS, Scope.GLOBAL),
                Protection.NONE,
                ReviewTrigger.DEFAULT)) {
          @Override
          protected void score(CacheObservation observation, int layer, float[] scores) {
            java.util.Arrays.fill(scores, 1);
          }
        };
    review(flat, seen(cache, PROMPT));
    assertEquals(78, IntStream.range(0, 4).map(cache::length).sum());
  }

  @Test
  void imageAndPromptTextStay() {
    for (boolean image : new boolean[] {true, false}) {
      PlainCache cache = new PlainCache(2, PROMPT + 10, 5, 21, 1);
      Protection protection = new Protection(0, 0, 0, image, !image);
      review(
          new ByAttention(RetentionBudget.ofLayers(0.6), protection, ReviewTrigger.DEFAULT),
          seen(cache, PROMPT + 10));
      int[] kept = cache.positions(1);
      for (int position = 0; position < PROMPT; position++) {
        if ((position >= 5 && position < 21) == image) {
          int p = position;
          assertTrue(IntStream.of(kept).anyMatch(k -> k == p), "position " + position);
        }
      }
      assertTrue(kept.length <= 31, "within the budget: " + kept.length);
    }
  }

  @Test
  void reviewsAreRare() {
    PlainCache cache = new PlainCache(4, PROMPT, 5, 21, 1);
    ByAttention every =
        new ByAttention(
            RetentionBudget.ofLayers(0.5), Protection.NONE, new ReviewTrigger(true, 8, 0));
    assertEquals(13, decode(every, cache, 100, 0.5), "at first and each 8 tokens");
  }

  @Test
  void theTriggersWait() {
    PlainCache cache = new PlainCache(2, PROMPT, 5, 21, 1);
    ReviewTrigger later = new ReviewTrigger(false, 4, 0);
    ByAttention policy = new ByAttention(RetentionBudget.ofLayers(0.5), Protection.NONE, later);
    assertFalse(policy.isDue(seen(cache, PROMPT)));
    assertEquals(0, review(policy, seen(cache, PROMPT)), "also where another policy is due");
    assertFalse(policy.isDue(seen(cache, PROMPT + 3)));
    assertTrue(policy.isDue(seen(cache, PROMPT + 4)));
    ReviewTrigger long64 = new ReviewTrigger(true, 0, 64);
    policy = new ByAttention(RetentionBudget.ofLayers(0.5), Protection.NONE, long64);
    assertFalse(policy.isDue(seen(cache, 63)));
    assertTrue(policy.isDue(seen(cache, 64)));
  }

  /** The block of the one entry is used to its end, less the token that comes. */
  @Test
  void aTinyBudgetKeepsABlockInEachLayer() {
    PlainCache cache = new PlainCache(3, PROMPT, 5, 21, 10);
    review(policy(RetentionBudget.ofLayers(0.01)), seen(cache, PROMPT));
    assertArrayEquals(new int[] {9, 9, 9}, IntStream.range(0, 3).map(cache::length).toArray());
    PlainCache other = new PlainCache(3, PROMPT, 5, 21, 10);
    review(policy(budget(0.01, 0, Base.POSITIONS, Scope.GLOBAL)), seen(other, PROMPT));
    assertArrayEquals(new int[] {1, 1, 1}, IntStream.range(0, 3).map(other::length).toArray());
  }

  /** Three blocks a layer, half of them: what doesn't divide goes to the early layers. */
  @Test
  void leftOverBlocksGoToTheEarlyLayers() {
    PlainCache cache = new PlainCache(5, 29, 5, 21, 10);
    review(policy(RetentionBudget.ofLayers(0.5)), seen(cache, 29));
    assertArrayEquals(
        new int[] {19, 19, 9, 9, 9}, IntStream.range(0, 5).map(cache::length).toArray());
  }
}

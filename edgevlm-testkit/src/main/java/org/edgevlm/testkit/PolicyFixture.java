package org.edgevlm.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.RetentionPlan;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.testkit.asserting.AssertingPlugins;
import org.edgevlm.testkit.asserting.Violations;

/** A cache policy under test in an assembled set, and real sessions for it to look at. */
final class PolicyFixture implements AutoCloseable {

  /** Positions of the prompts that policies look at. */
  static final int PROMPT = 120;

  private static final int IMAGE_ROWS = 16;

  private final Supplier<CachePolicyProvider> provider;
  private final Map<String, String> configuration;
  private final Set<PolicyBehavior> lacks;
  private final Violations violations = Violations.collected();
  private final TestSet set;

  PolicyFixture(
      Supplier<CachePolicyProvider> provider,
      Map<String, String> configuration,
      Set<PolicyBehavior> lacks) {
    this.provider = provider;
    this.configuration = configuration;
    this.lacks = lacks;
    set = open();
  }

  /** A set of its own, for tests that close things. */
  TestSet open() {
    CachePolicyProvider made = provider.get();
    return TestSet.with(new AssertingPlugins(violations).over(made))
        .section(made, configuration)
        .open();
  }

  CachePolicyProvider provider() {
    return provider.get();
  }

  CachePolicy policy() {
    return set.made(CachePolicy.class);
  }

  boolean lacks(PolicyBehavior behavior) {
    return lacks.contains(behavior);
  }

  Violations violations() {
    return violations;
  }

  /** A session that tracks what a policy asks for. */
  InferenceSession session(CachePolicy policy) {
    return session(policy.attention());
  }

  InferenceSession session(AttentionTracking attention) {
    return set.model().openSession(new SessionOptions(attention, Optional.empty()));
  }

  /** Feeds a prompt of {@link #PROMPT} positions with an image in it, by a seed. */
  CacheObservation prompt(InferenceSession session, long seed) {
    feed(session, 10, seed);
    LanguageModel model = set.model();
    ImageEmbedding image = ImageEmbedding.allocate(IMAGE_ROWS, model.info().width());
    Random random = new Random(seed);
    for (int i = 0; i < image.data().capacity(); i++) {
      image.data().put(i, (float) random.nextGaussian());
    }
    session.step(image, Outputs.NONE);
    feed(session, PROMPT - 10 - IMAGE_ROWS, seed + 1);
    return observe(session, CacheObservation.Phase.PREFILL, PROMPT);
  }

  /** Feeds so many tokens at random. */
  void feed(InferenceSession session, int count, long seed) {
    int[] tokens = new Random(seed).ints(count, 0, set.model().info().vocabularySize()).toArray();
    session.step(tokens, 0, count, Outputs.NONE);
  }

  static CacheObservation observe(
      InferenceSession session, CacheObservation.Phase phase, int promptLength) {
    return new CacheObservation(
        session.kvCache().orElseThrow(),
        phase,
        promptLength,
        session.position(),
        session.capacity());
  }

  /** Plans with a policy, carries the plan out, and tells the positions that each layer keeps. */
  static List<List<Integer>> review(CachePolicy policy, CacheObservation observation) {
    RetentionPlan plan = new RetentionPlan(observation.cache());
    policy.plan(observation, plan);
    plan.apply();
    return positions(observation.cache());
  }

  static List<List<Integer>> positions(KvCache cache) {
    List<List<Integer>> layers = new ArrayList<>();
    for (int i = 0; i < cache.layers(); i++) {
      int layer = i;
      layers.add(
          IntStream.range(0, cache.length(layer))
              .mapToObj(entry -> cache.position(layer, entry))
              .toList());
    }
    return layers;
  }

  @Override
  public void close() {
    set.close();
  }
}

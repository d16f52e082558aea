package org.edgevlm.testkit.asserting;

import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.RetentionPlan;

/** Checks that a policy asks cheaply and changes a cache only through the plan. */
final class AssertingPolicy implements CachePolicy {

  private final CachePolicy delegate;
  private final Lifetime life;

  AssertingPolicy(CachePolicy delegate, Lifetime life) {
    this.delegate = delegate;
    this.life = life;
  }

  @Override
  public AttentionTracking attention() {
    life.use("attention");
    return delegate.attention();
  }

  @Override
  public boolean isDue(CacheObservation observation) {
    life.use("isDue");
    return delegate.isDue(watched(observation, true));
  }

  @Override
  public void plan(CacheObservation observation, RetentionPlan plan) {
    life.use("plan");
    int entries = entries(observation);
    delegate.plan(watched(observation, false), plan);
    life.violations()
        .check(
            entries == entries(observation),
            Promise.POLICIES_ONLY_PLAN,
            "planning changed the cache from " + entries + " to " + entries(observation));
  }

  private static int entries(CacheObservation observation) {
    int entries = 0;
    for (int layer = 0; layer < observation.cache().layers(); layer++) {
      entries += observation.cache().length(layer);
    }
    return entries;
  }

  private CacheObservation watched(CacheObservation observation, boolean cheap) {
    return new CacheObservation(
        new AssertingKvCache(observation.cache(), life, cheap),
        observation.phase(),
        observation.promptLength(),
        observation.position(),
        observation.capacity());
  }

  @Override
  public void close() {
    life.close(delegate);
  }
}

package org.edgevlm.testkit;

import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.edgevlm.reference.WindowPolicyProvider;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.RetentionPlan;
import org.edgevlm.testkit.intercept.Call;

/** For each rule of the policy's contract, a policy that breaks it. */
final class WrongPolicies {

  private static final Supplier<CachePolicyProvider> RIGHT = WindowPolicyProvider::new;

  private WrongPolicies() {}

  private static KvCache cache(Call call) {
    return call.argument(0, CacheObservation.class).cache();
  }

  private static RetentionPlan plan(Call call) {
    return call.argument(1, RetentionPlan.class);
  }

  static Wrong<CachePolicyProvider> all() {
    Wrong<CachePolicyProvider> wrong = new Wrong<>();
    Class<?> policy = CachePolicy.class;
    return wrong
        .breaks(
            "itNeedsACacheByLayers",
            RIGHT,
            CachePolicyProvider.class,
            "requires",
            call -> Set.of(Capability.TOKEN_STEPPING))
        .breaks("whatIsDueIsDropped", RIGHT, policy, "isDue", call -> false)
        .breaks("afterAReviewNothingIsDue", RIGHT, policy, "isDue", call -> true)
        .breaks(
            "askingIsCheapAndPure",
            RIGHT,
            policy,
            "isDue",
            call -> {
              cache(call).keys(0, 0, new float[16]);
              return call.proceed();
            })
        .breaks(
            "planningOnlyPlans",
            RIGHT,
            policy,
            "plan",
            call -> {
              int length = cache(call).length(0);
              cache(call).retain(0, IntStream.range(0, length).toArray(), length);
              return call.proceed();
            })
        .breaks(
            "anyCacheCanBePlannedFor",
            RIGHT,
            policy,
            "plan",
            call -> {
              if (cache(call).length(0) == 1) {
                throw new ArithmeticException("a window of one");
              }
              return call.proceed();
            })
        .breaks(
            "sessionsDoNotMix",
            RIGHT,
            () -> {
              AtomicInteger plans = new AtomicInteger();
              return call -> {
                boolean prompt =
                    call.is(policy, "plan")
                        && call.argument(0, CacheObservation.class).promptLength()
                            == PolicyFixture.PROMPT;
                if (prompt) {
                  plan(call).limit(0, Math.max(1, 20 - plans.getAndIncrement()));
                }
                return call.proceed();
              };
            })
        // Such a memory shows wherever one policy serves two sessions.
        .also("sessionsDoNotMix", "itWorksInSeveralThreads")
        .breaks(
            "itWorksBesideAnotherPolicy",
            RIGHT,
            policy,
            "plan",
            call -> {
              if (plan(call).budget(0) == 5) {
                throw new IllegalStateException("somebody else has limited this layer");
              }
              return call.proceed();
            })
        .breaks(
            "itWorksInSeveralThreads",
            RIGHT,
            policy,
            "plan",
            call -> {
              if (Thread.currentThread().getName().startsWith("pool")) {
                throw new IllegalStateException("another thread");
              }
              return call.proceed();
            })
        .breaks("itCanBeClosedTwice", RIGHT, () -> WrongBackends.closesOnce(policy))
        .breaks(
            "theAssembledSetAnswers",
            RIGHT,
            policy,
            "plan",
            call -> {
              int prompt = call.argument(0, CacheObservation.class).promptLength();
              if (prompt != PolicyFixture.PROMPT && prompt != 1) {
                throw new IllegalStateException("a prompt of " + prompt);
              }
              return call.proceed();
            });
  }
}

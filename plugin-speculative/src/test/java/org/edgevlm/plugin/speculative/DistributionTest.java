package org.edgevlm.plugin.speculative;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.inference.StepResult;
import org.junit.jupiter.api.Test;

/**
 * Two tokens of a vocabulary of six, decoded 60,000 times with drafts of two tokens from another
 * distribution, against the target's own distribution with a repetition penalty: a chi-squared test
 * of the 36 pairs. Each seed is fixed; had it been drawn, a right rule would fail once in a million
 * times.
 */
class DistributionTest {

  private static final int SIZE = 6;
  private static final int PAIRS = SIZE * SIZE;
  private static final int TRIES = 60_000;

  /** The normal distribution's value that is exceeded with probability 1e-6. */
  private static final double ONE_IN_A_MILLION = 4.7534;

  private final float[][] target = logits(1, 1.5);
  private final float[][] draft = logits(2, 1.5);

  /** Logits after each token, and in the last row those of the beginning. */
  private static float[][] logits(long seed, double scale) {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] rows = new float[SIZE + 1][SIZE];
    for (float[] row : rows) {
      for (int i = 0; i < SIZE; i++) {
        row[i] = (float) (scale * (2 * random.nextDouble() - 1));
      }
    }
    return rows;
  }

  @Test
  void rejectionFollowsTheTargetsDistribution() {
    assertTrue(isFollowed(own -> new RejectionRule(own, SIZE)));
  }

  @Test
  void theExactRuleFollowsTheTargetsDistribution() {
    assertTrue(isFollowed(ExactRule::new));
  }

  @Test
  void thePublishedThresholdDoesNot() {
    assertTrue(!isFollowed(own -> new ThresholdRule(own, 0.2, SIZE)));
  }

  @Test
  void aRuleThatDrawsAgainFromTheWholeDistributionDoesNot() {
    assertTrue(!isFollowed(WithoutResidual::new));
  }

  @Test
  void aRuleThatForgetsThePenaltyOfDraftedTokensDoesNot() {
    assertTrue(!isFollowed(own -> new Forgetful(new RejectionRule(own, SIZE))));
  }

  private boolean isFollowed(Function<Sampler, AcceptanceRule> rule) {
    long[] counts = new long[PAIRS];
    for (int i = 0; i < TRIES; i++) {
      counts[pair(rule, i * 1000L)]++;
    }
    double statistic = 0;
    float[] first = new float[SIZE];
    float[] second = new float[SIZE];
    for (int a = 0; a < SIZE; a++) {
      PlainSampler sampler = new PlainSampler(0, SIZE);
      sampler.probabilities(new Rows(target), SIZE, first);
      sampler.accept(a);
      sampler.probabilities(new Rows(target), a, second);
      for (int b = 0; b < SIZE; b++) {
        double expected = TRIES * (double) first[a] * second[b];
        double difference = counts[a * SIZE + b] - expected;
        statistic += difference * difference / expected;
      }
    }
    return statistic < critical(PAIRS - 1);
  }

  /** Wilson and Hilferty's approximation of the chi-squared distribution. */
  static double critical(int degrees) {
    double part = 2.0 / (9 * degrees);
    return degrees * Math.pow(1 - part + ONE_IN_A_MILLION * Math.sqrt(part), 3);
  }

  /** Two tokens, by a round of verification and single draws for what it leaves. */
  private int pair(Function<Sampler, AcceptanceRule> rule, long seed) {
    PlainSampler own = new PlainSampler(seed, SIZE);
    AcceptanceRule made = rule.apply(own);
    Draft guess = new Draft(Pace.FIXED, 2, SIZE, !(made instanceof ExactRule));
    guess.begin(0, 2);
    try (Sampler copy = own.copy()) {
      for (int i = 0; i < 2; i++) {
        int row = i == 0 ? SIZE : guess.token(0);
        int token = guess.pick(copy, own, new Rows(new float[][] {draft[row]}));
        guess.add(token, 0);
        copy.accept(token);
      }
    }
    StepResult result =
        new Rows(new float[][] {target[SIZE], target[guess.token(0)], target[guess.token(1)]});
    StepCosts costs = new StepCosts(new double[] {1, 1, 1}, 3, 0);
    Verifier verifier = new Verifier(made, own, costs);
    verifier.verify(result, guess);
    List<Integer> answer = new ArrayList<>();
    for (int i = 0; i <= verifier.accepted() && answer.size() < 2; i++) {
      made.settle(i);
      int token = i < verifier.accepted() ? guess.token(i) : verifier.next();
      own.accept(token);
      answer.add(token);
    }
    if (answer.size() < 2) {
      answer.add(own.sample(new Rows(target), answer.get(0)));
    }
    return answer.get(0) * SIZE + answer.get(1);
  }

  /** Wrong: a rejected token may come up again. */
  private static final class WithoutResidual implements AcceptanceRule {

    private final Sampler own;

    WithoutResidual(Sampler own) {
      this.own = own;
    }

    @Override
    public int choose(Sampler memory, StepResult result, int row, Draft draft, int index) {
      float[] p = new float[SIZE];
      memory.probabilities(result, row, p);
      if (index < draft.length()) {
        int drafted = draft.token(index);
        if (own.uniform() * draft.distribution(index)[drafted] < p[drafted]) {
          return drafted;
        }
      }
      return own.draw(p);
    }
  }

  /** Wrong: no penalty for what was drafted before. */
  private record Forgetful(AcceptanceRule rule) implements AcceptanceRule {

    @Override
    public int choose(Sampler memory, StepResult result, int row, Draft draft, int index) {
      return rule.choose(new PlainSampler(0, SIZE), result, row, draft, index);
    }
  }
}

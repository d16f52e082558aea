package org.edgevlm.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.inference.GrammarException;
import org.edgevlm.spi.inference.TokenConstraint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConstrainedSamplerTest {

  private static final int VOCABULARY = 100;

  /** No token may come twice, and none of a set at all; counts how often everything was masked. */
  private static final class Once implements TokenConstraint {

    private final BitSet gone;
    private int masked;
    private int copies;
    private int closed;

    Once(BitSet gone) {
      this.gone = gone;
    }

    @Override
    public boolean allows(int token) {
      return !gone.get(token);
    }

    @Override
    public void mask(float[] logits) {
      masked++;
      gone.stream().forEach(token -> logits[token] = Float.NEGATIVE_INFINITY);
    }

    @Override
    public void accept(int token) {
      if (gone.get(token)) {
        throw new IllegalArgumentException("token " + token + " is not allowed");
      }
      gone.set(token);
    }

    @Override
    public TokenConstraint copy() {
      copies++;
      return new Once((BitSet) gone.clone());
    }

    @Override
    public void close() {
      closed++;
    }
  }

  static List<SamplingParameters> parameters() {
    return LogitsSamplerTest.parameters();
  }

  private static float[] logits(Random random) {
    float[] logits = new float[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      logits[i] = (float) random.nextGaussian() * 3;
    }
    return logits;
  }

  /** What the grammar forbids counts for nothing: not for top-k, top-p, min-p or the best. */
  @ParameterizedTest
  @MethodSource("parameters")
  void theDistributionIsThatOfTheAllowedTokensAlone(SamplingParameters parameters) {
    Random random = new Random(11);
    for (int round = 0; round < 30; round++) {
      float[] logits = logits(random);
      BitSet gone = new BitSet();
      random.ints(round, 0, VOCABULARY).forEach(gone::set);
      float[] allowed = logits.clone();
      gone.stream().forEach(token -> allowed[token] = Float.NaN);
      double[] expected = SlowSampler.probabilities(allowed, Set.of(), parameters);
      float[] actual = new float[VOCABULARY];
      try (LogitsSampler sampler = new LogitsSampler(parameters, VOCABULARY, new Once(gone))) {
        sampler.probabilities(new LogitsRow(logits), 0, actual);
        for (int i = 0; i < VOCABULARY; i++) {
          assertEquals(expected[i], actual[i], 1e-6, "token " + i + " in round " + round);
        }
        int chosen = sampler.sample(new LogitsRow(logits), 0);
        assertTrue(actual[chosen] > 0, "token " + chosen);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void noTokenComesTwice(SamplingParameters parameters) {
    Random random = new Random(12);
    try (LogitsSampler sampler =
        new LogitsSampler(parameters, VOCABULARY, new Once(new BitSet()))) {
      BitSet seen = new BitSet();
      for (int i = 0; i < VOCABULARY; i++) {
        int token = sampler.sample(new LogitsRow(logits(random)), 0);
        assertFalse(seen.get(token), "token " + token + " came before");
        sampler.accept(token);
        seen.set(token);
      }
      assertThrows(GrammarException.class, () -> sampler.sample(new LogitsRow(logits(random)), 0));
    }
  }

  /** Masking a vocabulary is dear; the likeliest token is usually allowed. */
  @Test
  void greedyMasksOnlyWhereTheLikeliestIsForbidden() {
    float[] logits = new float[VOCABULARY];
    logits[7] = 9;
    logits[8] = 8;
    for (double penalty : new double[] {1, 1.1}) {
      Once once = new Once(new BitSet());
      try (LogitsSampler sampler =
          new LogitsSampler(new SamplingParameters(0, 0, 1, 0, penalty, 0), VOCABULARY, once)) {
        assertEquals(7, sampler.sample(new LogitsRow(logits), 0));
        assertEquals(0, once.masked);
        sampler.accept(7);
        assertEquals(8, sampler.sample(new LogitsRow(logits), 0));
        assertEquals(1, once.masked);
      }
    }
  }

  @Test
  void aCopyHasAConstraintOfItsOwn() {
    Once once = new Once(new BitSet());
    float[] logits = new float[VOCABULARY];
    logits[7] = 9;
    LogitsRow row = new LogitsRow(logits);
    LogitsSampler sampler = new LogitsSampler(SamplingParameters.GREEDY, VOCABULARY, once);
    try (Sampler copy = sampler.copy()) {
      copy.accept(copy.sample(row, 0));
      assertEquals(0, copy.sample(row, 0));
      assertEquals(7, sampler.sample(row, 0));
    }
    assertEquals(1, once.copies);
    assertEquals(0, once.closed, "closing a copy leaves the original open");
    sampler.close();
    assertEquals(1, once.closed);
  }

  @Test
  void whatIsRefusedIsNotRemembered() {
    BitSet gone = new BitSet();
    gone.set(3);
    SamplingParameters penalising = new SamplingParameters(1, 0, 1, 0, 5, 0);
    float[] logits = new float[VOCABULARY];
    Arrays.fill(logits, 1);
    float[] before = new float[VOCABULARY];
    float[] after = new float[VOCABULARY];
    try (LogitsSampler sampler = new LogitsSampler(penalising, VOCABULARY, new Once(gone))) {
      sampler.probabilities(new LogitsRow(logits), 0, before);
      assertThrows(IllegalArgumentException.class, () -> sampler.accept(3));
      sampler.probabilities(new LogitsRow(logits), 0, after);
      assertArrayEquals(before, after);
      assertFalse(sampler.allows(3));
      assertTrue(sampler.allows(4));
    }
  }
}

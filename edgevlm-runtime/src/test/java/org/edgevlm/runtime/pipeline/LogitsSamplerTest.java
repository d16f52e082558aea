package org.edgevlm.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LogitsSamplerTest {

  private static final int VOCABULARY = 500;

  static List<SamplingParameters> parameters() {
    return List.of(
        SamplingParameters.GREEDY,
        new SamplingParameters(0, 3, 0.5, 0.2, 1.3, 1),
        new SamplingParameters(1, 0, 1, 0, 1, 2),
        new SamplingParameters(0.3, 0, 1, 0, 1, 3),
        new SamplingParameters(2.5, 7, 1, 0, 1, 4),
        new SamplingParameters(1, 1, 1, 0, 1, 5),
        new SamplingParameters(1, VOCABULARY - 1, 1, 0, 1, 6),
        new SamplingParameters(1, VOCABULARY, 1, 0, 1, 6),
        new SamplingParameters(1, 0, 0.9, 0, 1, 7),
        new SamplingParameters(1, 0, 0.01, 0, 1, 8),
        new SamplingParameters(1, 0, 1, 0.07, 1, 9),
        new SamplingParameters(1, 0, 1, 1, 1, 10),
        new SamplingParameters(1, 0, 1, 0, 1.4, 11),
        new SamplingParameters(1, 0, 1, 0, 0.6, 12),
        new SamplingParameters(0.8, 40, 0.95, 0.05, 1.1, 13));
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void probabilitiesAreTheReferences(SamplingParameters parameters) {
    Random random = new Random(42);
    for (int round = 0; round < 50; round++) {
      float[] logits = logits(random, round % 3 == 0);
      LogitsSampler sampler = new LogitsSampler(parameters, VOCABULARY);
      Set<Integer> answer = new HashSet<>();
      for (int i = 0; i < round; i++) {
        int token = random.nextInt(VOCABULARY);
        answer.add(token);
        sampler.accept(token);
      }
      double[] expected = SlowSampler.probabilities(logits, answer, parameters);
      float[] actual = new float[VOCABULARY];
      sampler.probabilities(new LogitsRow(logits), 0, actual);
      for (int i = 0; i < VOCABULARY; i++) {
        assertEquals(expected[i], actual[i], 1e-6, "token " + i + " in round " + round);
        assertEquals(expected[i] > 1e-30, actual[i] > 1e-30, "support at " + i);
      }
    }
  }

  /** Coarse logits have many ties. */
  private static float[] logits(Random random, boolean coarse) {
    float[] logits = new float[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      float value = (float) random.nextGaussian() * 3;
      logits[i] = coarse ? Math.round(value) : value;
    }
    return logits;
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void drawsFollowTheProbabilities(SamplingParameters parameters) {
    float[] logits = logits(new Random(7), false);
    double[] expected = SlowSampler.probabilities(logits, Set.of(), parameters);
    LogitsSampler sampler = new LogitsSampler(parameters, VOCABULARY);
    int draws = 40_000;
    int[] counts = new int[VOCABULARY];
    for (int i = 0; i < draws; i++) {
      counts[sampler.sample(new LogitsRow(logits), 0)]++;
    }
    // Pearson's chi-square, cells of less than 5 expected draws put together.
    double square = 0;
    int cells = 0;
    double restExpected = 0;
    int rest = 0;
    for (int i = 0; i < VOCABULARY; i++) {
      if (expected[i] == 0) {
        assertEquals(0, counts[i], "token " + i + " has no probability");
      }
      if (expected[i] * draws >= 5) {
        square += Math.pow(counts[i] - expected[i] * draws, 2) / (expected[i] * draws);
        cells++;
      } else {
        restExpected += expected[i] * draws;
        rest += counts[i];
      }
    }
    if (restExpected >= 5) {
      square += Math.pow(rest - restExpected, 2) / restExpected;
      cells++;
    }
    int freedom = cells - 1;
    // Four standard deviations beyond the mean of the distribution; the seeds are fixed.
    double bound = freedom + 4 * Math.sqrt(2.0 * freedom);
    assertTrue(square <= bound, square + " with " + freedom + " degrees of freedom");
  }

  @Test
  void greedyTakesTheLowestIdOfEquals() {
    LogitsRow row = new LogitsRow(new float[] {1, 5, 2, 5, 5});
    assertEquals(1, new LogitsSampler(SamplingParameters.GREEDY, 5).sample(row, 0));
    LogitsSampler penalising = new LogitsSampler(new SamplingParameters(0, 0, 1, 0, 2, 0), 5);
    penalising.accept(1);
    assertEquals(3, penalising.sample(row, 0), "token 1 is penalised, 3 and 4 are equal");
  }

  @Test
  void topKKeepsTheLowestIdsOfEquals() {
    LogitsRow row = new LogitsRow(new float[] {1, 1, 1, 1, 1, 1});
    float[] probabilities = new float[6];
    new LogitsSampler(new SamplingParameters(1, 2, 1, 0, 1, 0), 6)
        .probabilities(row, 0, probabilities);
    assertArrayEquals(new float[] {0.5f, 0.5f, 0, 0, 0, 0}, probabilities);
  }

  @Test
  void theSameSeedDrawsTheSameTokens() {
    LogitsRow row = new LogitsRow(logits(new Random(1), false));
    int[] first = draws(row, 99);
    assertArrayEquals(first, draws(row, 99));
    assertNotEquals(Arrays.toString(first), Arrays.toString(draws(row, 100)));
  }

  private static int[] draws(LogitsRow row, long seed) {
    LogitsSampler sampler =
        new LogitsSampler(new SamplingParameters(1, 0, 1, 0, 1.2, seed), VOCABULARY);
    return IntStream.range(0, 200)
        .map(
            i -> {
              int token = sampler.sample(row, 0);
              sampler.accept(token);
              return token;
            })
        .toArray();
  }

  @Test
  void sampleIsADrawFromTheProbabilities() {
    LogitsRow row = new LogitsRow(logits(new Random(3), false));
    LogitsSampler sampler =
        new LogitsSampler(new SamplingParameters(0.9, 50, 0.9, 0, 1, 5), VOCABULARY);
    float[] probabilities = new float[VOCABULARY];
    for (int i = 0; i < 500; i++) {
      Sampler copy = sampler.copy();
      copy.probabilities(row, 0, probabilities);
      assertEquals(copy.draw(probabilities), sampler.sample(row, 0));
    }
  }

  @Test
  void aCopyGoesItsOwnWay() {
    LogitsRow row = new LogitsRow(logits(new Random(3), false));
    LogitsSampler sampler = new LogitsSampler(new SamplingParameters(1, 0, 1, 0, 5, 5), VOCABULARY);
    Sampler copy = sampler.copy();
    int[] ahead =
        IntStream.range(0, 50)
            .map(
                i -> {
                  int token = copy.sample(row, 0);
                  copy.accept(token);
                  return token;
                })
            .toArray();
    for (int token : ahead) {
      assertEquals(token, sampler.sample(row, 0));
      sampler.accept(token);
    }
  }

  @Test
  void notANumberIsNeverChosen() {
    LogitsRow row = new LogitsRow(new float[] {Float.NaN, 1, Float.NaN, 1});
    LogitsSampler sampler = new LogitsSampler(new SamplingParameters(5, 0, 1, 0, 1, 5), 4);
    float[] probabilities = new float[4];
    sampler.probabilities(row, 0, probabilities);
    assertArrayEquals(new float[] {0, 0.5f, 0, 0.5f}, probabilities);
    LogitsRow broken =
        new LogitsRow(new float[] {Float.NaN, Float.NEGATIVE_INFINITY, -1f / 0, 0f / 0});
    assertThrows(PluginException.class, () -> sampler.sample(broken, 0));
  }

  @Test
  void drawNeedsWeight() {
    LogitsSampler sampler = new LogitsSampler(SamplingParameters.GREEDY, 3);
    assertEquals(2, sampler.draw(new float[] {0, 0, 1e-30f}));
    assertThrows(IllegalArgumentException.class, () -> sampler.draw(new float[3]));
    assertThrows(IllegalArgumentException.class, () -> sampler.draw(new float[] {Float.NaN, 1, 1}));
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void aTokenAllocatesNothingOfTheVocabularysSize(SamplingParameters parameters) {
    int size = 32_000;
    float[] logits = new float[size];
    Random random = new Random(5);
    for (int i = 0; i < size; i++) {
      logits[i] = (float) random.nextGaussian();
    }
    LogitsRow row = new LogitsRow(logits);
    LogitsSampler sampler = new LogitsSampler(parameters, size);
    sampler.accept(sampler.sample(row, 0));
    sampler.sample(row, 0);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    int rounds = 20;
    for (int i = 0; i < rounds; i++) {
      sampler.accept(sampler.sample(row, 0));
    }
    long perToken = (threads.getCurrentThreadAllocatedBytes() - before) / rounds;
    // The row's own view of its array, and no array of the sampler's.
    assertTrue(perToken < 1000, perToken + " bytes a token");
  }
}

package org.edgevlm.runtime.pipeline;

import java.util.Arrays;
import java.util.Objects;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.inference.GrammarException;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.spi.inference.TokenConstraint;

/**
 * Chooses tokens by {@link SamplingParameters}, in the order given there. Of equal logits the lower
 * id ranks higher. Logits that are not a number are never chosen, and neither is what a request's
 * grammar doesn't allow: that is taken out before anything else looks at the logits.
 *
 * <p>Allocates nothing per token: the arrays are made once and shared with copies, which is safe
 * because a sampler and its copies are confined to one thread and keep nothing there between calls.
 * Top-k and top-p select with a heap, never by sorting the vocabulary.
 */
final class LogitsSampler implements Sampler {

  private final SamplingParameters parameters;
  private final Scratch scratch;
  private final SplitMix64 random;
  private final TokenConstraint constraint;

  /** The tokens of the answer so far, each once. */
  private int[] answered;

  private int answeredCount;
  private final long[] answeredBits;

  /** A sampler that may choose any token. */
  LogitsSampler(SamplingParameters parameters, int vocabularySize) {
    this(parameters, vocabularySize, Unconstrained.INSTANCE);
  }

  /**
   * A sampler that chooses among what a constraint allows.
   *
   * @param constraint at the answer's beginning; the sampler takes it over and closes it
   */
  LogitsSampler(SamplingParameters parameters, int vocabularySize, TokenConstraint constraint) {
    this(
        parameters,
        new Scratch(vocabularySize),
        new SplitMix64(parameters.seed()),
        constraint,
        new int[64],
        0,
        new long[(vocabularySize + 63) >>> 6]);
  }

  private LogitsSampler(
      SamplingParameters parameters,
      Scratch scratch,
      SplitMix64 random,
      TokenConstraint constraint,
      int[] answered,
      int answeredCount,
      long[] answeredBits) {
    this.parameters = Objects.requireNonNull(parameters, "parameters");
    this.scratch = scratch;
    this.random = random;
    this.constraint = Objects.requireNonNull(constraint, "constraint");
    this.answered = answered;
    this.answeredCount = answeredCount;
    this.answeredBits = answeredBits;
  }

  @Override
  public int sample(StepResult result, int row) {
    if (parameters.isGreedy()) {
      return likeliest(result, row);
    }
    float[] weights = scratch.weights();
    probabilities(result, row, weights);
    return draw(weights);
  }

  /** Asks the constraint about one token first: taking out all that it forbids costs far more. */
  private int likeliest(StepResult result, int row) {
    boolean penalised = parameters.repetitionPenalty() != 1 && answeredCount > 0;
    int best = penalised ? load(result, row) : result.argmax(row);
    return constraint.allows(best) ? best : loadAllowed(result, row);
  }

  @Override
  public void probabilities(StepResult result, int row, float[] probabilities) {
    int size = scratch.size;
    if (probabilities.length != size) {
      throw new IllegalArgumentException(
          "room for " + probabilities.length + " probabilities, the vocabulary has " + size);
    }
    int best = loadAllowed(result, row);
    Arrays.fill(probabilities, 0);
    if (parameters.isGreedy()) {
      probabilities[best] = 1;
      return;
    }
    int end = selectTopK();
    double sum = weigh(best, end, probabilities);
    int start = selectTopP(end, sum, probabilities);
    normalise(start, end, probabilities);
  }

  @Override
  public int draw(float[] weights) {
    double total = 0;
    for (float weight : weights) {
      total += weight;
    }
    if (!(total > 0 && total < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("weights sum to " + total);
    }
    double point = random.uniform() * total;
    double reached = 0;
    int chosen = -1;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        // Remembered so that rounding at the very end still finds a token with weight.
        chosen = i;
        reached += weights[i];
        if (point < reached) {
          break;
        }
      }
    }
    return chosen;
  }

  @Override
  public double uniform() {
    return random.uniform();
  }

  @Override
  public void accept(int token) {
    Objects.checkIndex(token, scratch.size);
    constraint.accept(token);
    long bit = 1L << token;
    if ((answeredBits[token >>> 6] & bit) == 0) {
      answeredBits[token >>> 6] |= bit;
      if (answeredCount == answered.length) {
        answered = Arrays.copyOf(answered, answeredCount * 2);
      }
      answered[answeredCount++] = token;
    }
  }

  @Override
  public Sampler copy() {
    return new LogitsSampler(
        parameters,
        scratch,
        random.copy(),
        constraint.copy(),
        answered.clone(),
        answeredCount,
        answeredBits.clone());
  }

  /** Whether the request's grammar allows a token next; without a grammar, any. */
  boolean allows(int token) {
    return constraint.allows(token);
  }

  @Override
  public void close() {
    constraint.close();
  }

  /** Brings a row of logits here, repetition penalty applied; returns the best token of all. */
  private int load(StepResult result, int row) {
    float[] logits = scratch.logits();
    result.logits(row).get(0, logits, 0, logits.length);
    int best = penalise(logits);
    if (best < 0 || Float.isInfinite(logits[best])) {
      throw new PluginException("the model gave logits of which the best is not a finite number");
    }
    return best;
  }

  /**
   * Brings a row of logits here, first without what isn't allowed, then with the repetition penalty
   * applied; returns the best token that is allowed.
   */
  private int loadAllowed(StepResult result, int row) {
    if (constraint == Unconstrained.INSTANCE) {
      return load(result, row);
    }
    float[] logits = scratch.logits();
    result.logits(row).get(0, logits, 0, logits.length);
    constraint.mask(logits);
    int best = penalise(logits);
    if (best < 0 || Float.isInfinite(logits[best])) {
      throw new GrammarException(
          "after "
              + answeredCount
              + " different tokens the grammar allows none that the model has a finite logit for:"
              + " it asks for text that this model's vocabulary can't write");
    }
    return best;
  }

  /** Applies the repetition penalty; returns the best token, or -1 where none is a number. */
  private int penalise(float[] logits) {
    float penalty = (float) parameters.repetitionPenalty();
    if (penalty != 1) {
      for (int i = 0; i < answeredCount; i++) {
        int token = answered[i];
        logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty;
      }
    }
    int best = -1;
    for (int i = 0; i < logits.length; i++) {
      if (Float.isNaN(logits[i])) {
        logits[i] = Float.NEGATIVE_INFINITY;
      } else if (best < 0 || logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /**
   * Writes the ids of the tokens that top-k keeps to the start of {@code scratch.ids} and returns
   * how many they are.
   */
  private int selectTopK() {
    int size = scratch.size;
    int[] ids = scratch.ids();
    int k = parameters.topK();
    if (k == 0 || k >= size) {
      for (int i = 0; i < size; i++) {
        ids[i] = i;
      }
      return size;
    }
    // A heap of the k best so far with the worst of them on top.
    for (int i = 0; i < k; i++) {
      ids[i] = i;
    }
    heapify(k, false);
    for (int i = k; i < size; i++) {
      if (better(i, ids[0])) {
        ids[0] = i;
        siftDown(0, k, false);
      }
    }
    return k;
  }

  /** Sets the weight of each selected token, the best one's being 1; returns their sum. */
  private double weigh(int best, int end, float[] weights) {
    float[] logits = scratch.logits();
    int[] ids = scratch.ids();
    double max = logits[best];
    double sum = 0;
    for (int i = 0; i < end; i++) {
      int id = ids[i];
      float weight = (float) Math.exp((logits[id] - max) / parameters.temperature());
      weights[id] = weight;
      sum += weight;
    }
    return sum;
  }

  /**
   * Sets the weight of tokens that top-p drops to 0; those kept are in {@code scratch.ids} from the
   * returned index on.
   */
  private int selectTopP(int end, double sum, float[] weights) {
    if (parameters.topP() == 1) {
      return 0;
    }
    int[] ids = scratch.ids();
    double wanted = parameters.topP() * sum;
    heapify(end, true);
    int start = end;
    double reached = 0;
    do {
      int id = ids[0];
      reached += weights[id];
      ids[0] = ids[--start];
      ids[start] = id;
      siftDown(0, start, true);
    } while (start > 0 && reached < wanted);
    for (int i = 0; i < start; i++) {
      weights[ids[i]] = 0;
    }
    return start;
  }

  /** Drops what min-p drops and makes the rest sum to 1. */
  private void normalise(int start, int end, float[] weights) {
    int[] ids = scratch.ids();
    double minimum = parameters.minP();
    double sum = 0;
    for (int i = start; i < end; i++) {
      if (weights[ids[i]] < minimum) {
        weights[ids[i]] = 0;
      }
      sum += weights[ids[i]];
    }
    for (int i = start; i < end; i++) {
      weights[ids[i]] = (float) (weights[ids[i]] / sum);
    }
  }

  private boolean better(int a, int b) {
    float[] logits = scratch.logits();
    return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
  }

  private void heapify(int length, boolean bestOnTop) {
    for (int i = (length >>> 1) - 1; i >= 0; i--) {
      siftDown(i, length, bestOnTop);
    }
  }

  private void siftDown(int from, int length, boolean bestOnTop) {
    int[] heap = scratch.ids();
    int i = from;
    while (2 * i + 1 < length) {
      int child = 2 * i + 1;
      if (child + 1 < length && better(heap[child + 1], heap[child]) == bestOnTop) {
        child++;
      }
      if (better(heap[child], heap[i]) != bestOnTop) {
        return;
      }
      int id = heap[i];
      heap[i] = heap[child];
      heap[child] = id;
      i = child;
    }
  }

  /** Arrays of the vocabulary's size, made when first needed: greedy sampling needs none. */
  private static final class Scratch {

    private final int size;
    private float[] logits;
    private float[] weights;
    private int[] ids;

    Scratch(int size) {
      this.size = size;
    }

    float[] logits() {
      if (logits == null) {
        logits = new float[size];
      }
      return logits;
    }

    float[] weights() {
      if (weights == null) {
        weights = new float[size];
      }
      return weights;
    }

    int[] ids() {
      if (ids == null) {
        ids = new int[size];
      }
      return ids;
    }
  }
}

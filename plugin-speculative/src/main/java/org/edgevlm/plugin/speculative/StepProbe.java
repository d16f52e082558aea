package org.edgevlm.plugin.speculative;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;

/**
 * Measures {@link StepCosts} on a session of its own: the same tokens one by one and together.
 * Takes its budget of time, or one pass where a pass is longer.
 */
final class StepProbe {

  /** A picture and a short question; the last rows lie beyond 64, where engines change shapes. */
  private static final int CONTEXT = 60;

  /** What differences in a few probes say about the largest one there is. */
  private static final float SAFETY = 4;

  private static final int MAX_PASSES = 9;

  private final LanguageModel model;
  private final int rows;
  private final int vocabularySize;
  private final int[] tokens;
  private final float[][] single;

  /** The shortest times: whatever interrupts a step makes it longer. */
  private final double[] micros;

  private int identicalRows;
  private float difference;

  private StepProbe(LanguageModel model, int rows) {
    this.model = model;
    this.rows = rows;
    vocabularySize = model.info().vocabularySize();
    int context = Math.max(1, Math.min(CONTEXT, model.info().contextLength() - rows));
    tokens = new int[context + rows];
    single = new float[rows][vocabularySize];
    micros = new double[rows];
    Arrays.fill(micros, Double.MAX_VALUE);
    identicalRows = rows;
  }

  /**
   * Measures steps of 1 to {@code rows} tokens.
   *
   * @param options as the sessions have that are to be served
   */
  static StepCosts measure(
      LanguageModel model, SessionOptions options, int rows, double budgetMillis) {
    int fitting = Math.max(1, Math.min(rows, model.info().contextLength() - 1));
    return new StepProbe(model, fitting).run(options, budgetMillis);
  }

  private StepCosts run(SessionOptions options, double budgetMillis) {
    SplittableRandom random = new SplittableRandom(rows);
    long end = System.nanoTime() + (long) (budgetMillis * 1e6);
    int passes = 0;
    try (InferenceSession session = model.openSession(options)) {
      while (passes < MAX_PASSES && (passes == 0 || System.nanoTime() < end)) {
        for (int i = 0; i < tokens.length; i++) {
          tokens[i] = random.nextInt(vocabularySize);
        }
        pass(session);
        passes++;
      }
    }
    return new StepCosts(micros, identicalRows, SAFETY * difference);
  }

  private void pass(InferenceSession session) {
    int context = tokens.length - rows;
    session.rewind(0);
    session.step(tokens, 0, context, Outputs.NONE);
    // The first step after a long one may prepare what the later ones share.
    session.step(tokens, context, 1, Outputs.LAST);
    session.rewind(context);
    for (int i = 0; i < rows; i++) {
      long start = System.nanoTime();
      StepResult result = session.step(tokens, context + i, 1, Outputs.LAST);
      shorten(1, start);
      result.logits(0).get(0, single[i]);
    }
    for (int count = 2; count <= rows; count++) {
      session.rewind(context);
      long start = System.nanoTime();
      StepResult result = session.step(tokens, context, count, Outputs.ALL);
      shorten(count, start);
      compare(result, count);
    }
  }

  private void shorten(int count, long start) {
    double took = Math.max((System.nanoTime() - start) / 1e3, 1e-3);
    micros[count - 1] = Math.min(micros[count - 1], took);
  }

  private void compare(StepResult result, int count) {
    for (int row = 0; row < count; row++) {
      FloatBuffer logits = result.logits(row);
      for (int i = 0; i < vocabularySize; i++) {
        // As numbers, so that 0 and -0 are the same; not a number would differ from itself.
        if (logits.get(i) != single[row][i]) {
          identicalRows = Math.min(identicalRows, count - 1);
          difference = Math.max(difference, Math.abs(logits.get(i) - single[row][i]));
        }
      }
    }
  }
}

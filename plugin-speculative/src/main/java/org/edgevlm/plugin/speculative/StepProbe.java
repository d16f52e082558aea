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
 * Takes its budget of time; a few passes may take longer, and one takes what it takes.
 */
final class StepProbe {

  /** A picture and a short question; the last rows lie beyond 64, where engines change shapes. */
  private static final int CONTEXT = 60;

  /** What differences in a few probes say about the largest one there is. */
  private static final float SAFETY = 4;

  private static final int MAX_PASSES = 9;

  /** The first pass runs code that isn't compiled yet, and on a busy machine is interrupted. */
  private static final int FEW_PASSES = 3;

  /** What a few passes may take, in budgets. */
  private static final int PATIENCE = 5;

  private final LanguageModel model;
  private final Verification verification;
  private final int rows;
  private final int vocabularySize;
  private final int[] tokens;
  private final float[][] single;

  /** The shortest times: whatever interrupts a step makes it longer. */
  private final double[] micros;

  private int identicalRows;
  private float difference;

  private double singleMicros = Double.MAX_VALUE;
  private double draftMicros = Double.MAX_VALUE;

  private StepProbe(LanguageModel model, Verification verification, int rows) {
    this.model = model;
    this.verification = verification;
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
   * Measures single steps, and verifying up to {@code rows} tokens.
   *
   * @param options as the sessions have that are to be served
   */
  static StepCosts measure(
      LanguageModel model,
      SessionOptions options,
      Verification verification,
      int rows,
      double budgetMillis) {
    int fitting = Math.max(1, Math.min(rows, model.info().contextLength() - 1));
    return new StepProbe(model, verification, fitting).run(options, budgetMillis);
  }

  private StepCosts run(SessionOptions options, double budgetMillis) {
    SplittableRandom random = new SplittableRandom(rows);
    long begin = System.nanoTime();
    long budget = 0;
    int passes = 0;
    try (InferenceSession session = model.openSession(options)) {
      while (passes == 0 || passes < MAX_PASSES && System.nanoTime() - begin < budget) {
        for (int i = 0; i < tokens.length; i++) {
          tokens[i] = random.nextInt(vocabularySize);
        }
        pass(session);
        passes++;
        budget = (passes < FEW_PASSES ? PATIENCE : 1) * (long) (budgetMillis * 1e6);
      }
    }
    float tolerance = SAFETY * difference;
    if (verification.goesOn()) {
      RunningMedian price = new RunningMedian(draftMicros);
      return new StepCosts(singleMicros, price, micros, identicalRows, tolerance);
    }
    micros[0] = singleMicros;
    return new StepCosts(micros, identicalRows, tolerance);
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
      singleMicros = Math.min(singleMicros, since(start));
      result.logits(0).get(0, single[i]);
    }
    for (int count = verification.goesOn() ? 1 : 2; count <= rows; count++) {
      session.rewind(context);
      long start = System.nanoTime();
      verification.draft(session, tokens, context, count);
      draftMicros = Math.min(draftMicros, since(start) / count);
      start = System.nanoTime();
      StepResult result = verification.verify(session, context, tokens, context, count);
      micros[count - 1] = Math.min(micros[count - 1], since(start));
      compare(result, count);
    }
  }

  private static double since(long start) {
    return Math.max((System.nanoTime() - start) / 1e3, 1e-3);
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

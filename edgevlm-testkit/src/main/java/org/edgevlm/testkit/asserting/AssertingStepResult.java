package org.edgevlm.testkit.asserting;

import java.nio.FloatBuffer;
import java.util.function.IntSupplier;
import org.edgevlm.spi.inference.ModelInfo;
import org.edgevlm.spi.inference.StepResult;

/** Checks that rows are read before the session's next call, and have the vocabulary's size. */
final class AssertingStepResult implements StepResult {

  private final StepResult delegate;
  private final ModelInfo model;
  private final Lifetime life;
  private final IntSupplier calls;
  private int madeBy;

  /**
   * @param calls counts the session's calls
   */
  AssertingStepResult(StepResult delegate, ModelInfo model, Lifetime life, IntSupplier calls) {
    this.delegate = delegate;
    this.model = model;
    this.life = life;
    this.calls = calls;
  }

  /** The same object holds a new step's logits. */
  void freshen(int call) {
    madeBy = call;
  }

  private void read(String what) {
    life.begin("result." + what);
    try {
      life.violations()
          .check(
              calls.getAsInt() == madeBy,
              Promise.RESULTS_ARE_NOT_STALE,
              what + " of a result is read after a later call of the session");
    } finally {
      life.end();
    }
  }

  @Override
  public int rows() {
    read("rows");
    return delegate.rows();
  }

  @Override
  public int vocabularySize() {
    return delegate.vocabularySize();
  }

  @Override
  public FloatBuffer logits(int row) {
    read("logits");
    FloatBuffer logits = delegate.logits(row);
    life.violations()
        .check(
            logits.isReadOnly() && logits.remaining() == model.vocabularySize(),
            Promise.RESULTS_FIT_THE_REQUEST,
            logits + " for a vocabulary of " + model.vocabularySize());
    return logits;
  }

  @Override
  public int argmax(int row) {
    read("argmax");
    return delegate.argmax(row);
  }

  @Override
  public int layersUsed(int row) {
    read("layersUsed");
    int layers = delegate.layersUsed(row);
    life.violations()
        .check(
            layers >= 1 && layers <= model.layers(),
            Promise.RESULTS_FIT_THE_REQUEST,
            layers + " of " + model.layers() + " layers used");
    return layers;
  }
}

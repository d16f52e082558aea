package org.edgevlm.testkit;

import java.nio.FloatBuffer;
import java.util.function.IntUnaryOperator;
import org.edgevlm.spi.inference.StepResult;

/** A result whose rows are taken from elsewhere, or scaled. */
final class TamperedResult implements StepResult {

  private final StepResult delegate;
  private final IntUnaryOperator row;
  private final float scale;

  private TamperedResult(StepResult delegate, IntUnaryOperator row, float scale) {
    this.delegate = delegate;
    this.row = row;
    this.scale = scale;
  }

  static StepResult scaled(Object result, double scale) {
    return new TamperedResult((StepResult) result, i -> i, (float) scale);
  }

  static StepResult swapped(Object result, int one, int other) {
    return new TamperedResult((StepResult) result, i -> i == one ? other : i == other ? one : i, 1);
  }

  @Override
  public int rows() {
    return delegate.rows();
  }

  @Override
  public int vocabularySize() {
    return delegate.vocabularySize();
  }

  @Override
  public FloatBuffer logits(int wanted) {
    FloatBuffer logits = delegate.logits(row.applyAsInt(wanted));
    if (scale == 1) {
      return logits;
    }
    float[] scaled = new float[logits.limit()];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = logits.get(i) * scale;
    }
    return FloatBuffer.wrap(scaled).asReadOnlyBuffer();
  }

  @Override
  public int layersUsed(int wanted) {
    return delegate.layersUsed(wanted);
  }
}

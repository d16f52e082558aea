package org.edgevlm.runtime.pipeline;

import java.nio.FloatBuffer;
import org.edgevlm.spi.inference.StepResult;

/** Rows of logits that a test writes down. */
record LogitsRow(float[]... values) implements StepResult {

  @Override
  public int rows() {
    return values.length;
  }

  @Override
  public int vocabularySize() {
    return values[0].length;
  }

  @Override
  public FloatBuffer logits(int row) {
    return FloatBuffer.wrap(values[row]).asReadOnlyBuffer();
  }

  @Override
  public int layersUsed(int row) {
    return 1;
  }
}

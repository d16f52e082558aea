package org.edgevlm.plugin.speculative;

import java.nio.FloatBuffer;
import org.edgevlm.spi.inference.StepResult;

/** Logits made up by a test. */
record Rows(float[][] values) implements StepResult {

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

package org.edgevlm.plugin.speculative;

import java.nio.FloatBuffer;
import org.edgevlm.spi.inference.StepResult;

/** Logits as another kernel might have them, or another layer. */
record Noisy(StepResult exact, float strength) implements StepResult {

  @Override
  public int rows() {
    return exact.rows();
  }

  @Override
  public int vocabularySize() {
    return exact.vocabularySize();
  }

  @Override
  public FloatBuffer logits(int row) {
    FloatBuffer noisy = FloatBuffer.allocate(vocabularySize());
    for (int i = 0; i < noisy.capacity(); i++) {
      noisy.put(i, exact.logits(row).get(i) + ((31 * i + 17 * row) % 13 - 6) * strength);
    }
    return noisy.asReadOnlyBuffer();
  }

  @Override
  public int layersUsed(int row) {
    return exact.layersUsed(row);
  }
}

package org.edgevlm.spi.inference;

import java.nio.FloatBuffer;
import org.edgevlm.spi.Api;

/**
 * The logits of a step. Owned by the session and valid until its next call; reading doesn't copy.
 * Confined to the session's thread.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface StepResult {

  /**
   * How many positions have logits: 0, 1, or as many as were fed, by the {@link Outputs} asked for.
   */
  int rows();

  /** Logits in a row. */
  int vocabularySize();

  /**
   * One position's logits, unnormalised.
   *
   * @param row 0 is the first position that was asked for
   * @return {@code vocabularySize} floats, read-only, on the backend's own memory
   */
  FloatBuffer logits(int row);

  /** The token with the highest logit of a row; the lowest id of several. */
  default int argmax(int row) {
    FloatBuffer logits = logits(row);
    int best = 0;
    float bestValue = logits.get(0);
    for (int i = 1, n = vocabularySize(); i < n; i++) {
      float value = logits.get(i);
      if (value > bestValue) {
        best = i;
        bestValue = value;
      }
    }
    return best;
  }

  /** The number of layers that made a row: all of them, or the exit layer's number. */
  int layersUsed(int row);
}

package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.spi.inference.Confidence;

/**
 * Confidence of the row read last. From a shortlist, the tokens outside it are taken to have the
 * share that they had when it was made: the largest probabilities are scaled by what is inside, and
 * the entropy adds that of the split, a lower bound.
 */
final class ConfidenceReader implements Confidence {

  private final FloatBuffer values =
      ByteBuffer.allocateDirect(3 * Float.BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer();

  private float inside = 1;
  private float covered = 1;

  /**
   * Reads a whole row.
   *
   * @param share of the softmax that the row stands for
   */
  void read(long logits, int count, float share) {
    Ggml.confidence(logits, count, values);
    inside = share;
  }

  /** Chooses the tokens of a row that later rows are read by. */
  void shortlist(long logits, int count, long ids, int wanted) {
    covered = Ggml.shortlist(logits, count, ids, wanted);
  }

  /** Reads a row of the tokens chosen before. */
  void readShortlist(long logits, int count) {
    read(logits, count, covered);
  }

  @Override
  public float max() {
    return values.get(0) * inside;
  }

  @Override
  public float margin() {
    return (values.get(0) - values.get(1)) * inside;
  }

  @Override
  public float entropy() {
    return (float) (values.get(2) * inside + split());
  }

  private double split() {
    double outside = 1 - inside;
    return outside <= 0 ? 0 : -inside * Math.log(inside) - outside * Math.log(outside);
  }
}

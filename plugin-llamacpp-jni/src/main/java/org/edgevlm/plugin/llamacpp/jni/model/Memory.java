package org.edgevlm.plugin.llamacpp.jni.model;

import org.edgevlm.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.jni.file.ModelShape;
import org.edgevlm.spi.inference.MemoryEstimate;

/** What llama.cpp allocates, by its own rules. */
final class Memory {

  /** A context's length is rounded up to a multiple of these, with and without fused attention. */
  private static final int FUSED_STEP = 256;

  private static final int PLAIN_STEP = 32;

  /** The mask's rows are rounded up to a multiple of this. */
  private static final int MASK_STEP = 64;

  private Memory() {}

  /** Places of a context: its positions, rounded up. */
  static long places(ModelShape shape, ModelSettings settings) {
    long step = settings.flash(shape) ? FUSED_STEP : PLAIN_STEP;
    return (settings.contextLength(shape) + step - 1) / step * step;
  }

  /** K and V of one session, allocated at once. */
  static long kvBytes(ModelShape shape, ModelSettings settings) {
    long places = places(shape, settings);
    return settings.keys().bytes(places * shape.keyNumbers())
        + settings.values().bytes(places * shape.valueNumbers());
  }

  /**
   * Weights, one session's K and V, and the widest moment of a batch: rows of the hidden state and
   * of the feed-forward network, attention's scores and mask, and logits, of which llama.cpp plans
   * for one of each row.
   */
  static MemoryEstimate estimate(GgufFile file, ModelShape shape, ModelSettings settings) {
    long length = settings.contextLength(shape);
    long places = places(shape, settings);
    long batch = Math.min(Math.min(settings.microBatch(), settings.batch()), length);
    long heads = (long) shape.mostHeads() * Math.max(shape.keyWidth(), shape.valueWidth());
    long rows = 4 * batch * (6L * shape.width() + 6 * heads + 3 * shape.feedForward());
    long scores = settings.flash(shape) ? 0 : 2 * 4 * batch * places * shape.mostHeads();
    long mask = 4 * 2 * places * ((batch + MASK_STEP - 1) / MASK_STEP * MASK_STEP);
    long logits = 4 * (batch + 1) * shape.vocabularySize();
    // Moving K takes them as floats, layer by layer.
    long shift = settings.contextShift() ? 8 * places * shape.mostKvHeads() * shape.keyWidth() : 0;
    return new MemoryEstimate(
        file.fileSize(),
        kvBytes(shape, settings),
        Math.max(rows + scores + mask + logits, shift) + settings.batch() * 32L);
  }
}

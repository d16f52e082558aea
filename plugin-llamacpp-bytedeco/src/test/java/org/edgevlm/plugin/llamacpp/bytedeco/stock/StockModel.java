package org.edgevlm.plugin.llamacpp.bytedeco.stock;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.edgevlm.spi.inference.ImageEmbedding;

/** Stock llama.cpp over the same natives: the oracle for logits and the peer of the benchmarks. */
public final class StockModel implements AutoCloseable {

  private final Stock.Model model;
  private final Stock.Context context;
  private final int vocabularySize;
  private int position;

  /** Opens a model with an f16 cache of {@code contextLength} positions. */
  public StockModel(Path file, int vocabularySize, int contextLength, int threads, boolean flash) {
    try (BytePointer path = new BytePointer(file.toString())) {
      model = Stock.load(path);
    }
    if (model == null) {
      throw new IllegalStateException("stock llama.cpp can't load " + file);
    }
    context = Stock.context(model, contextLength, threads, flash);
    if (context == null) {
      throw new IllegalStateException("stock llama.cpp made no context");
    }
    this.vocabularySize = vocabularySize;
  }

  /** Feeds tokens at the next position. */
  public void step(int[] tokens, boolean allLogits) {
    check(Stock.decode(context, tokens, null, 0, tokens.length, position, allLogits));
    position += tokens.length;
  }

  /** Feeds an image at the next position. */
  public void step(ImageEmbedding image) {
    check(
        Stock.decode(context, null, image.data(), image.width(), image.tokens(), position, false));
    position += image.tokens();
  }

  /** The logits of a position of the last step, by its place in the step. */
  public float[] logits(int row) {
    float[] copy = new float[vocabularySize];
    buffer(row).get(copy);
    return copy;
  }

  /** The logits without a copy. */
  public FloatBuffer buffer(int row) {
    return Stock.llama_get_logits_ith(context, row).capacity(vocabularySize).asBuffer();
  }

  /** Goes back to position 0. */
  public void clear() {
    Stock.llama_kv_self_clear(context);
    position = 0;
  }

  private static void check(int status) {
    if (status != 0) {
      throw new IllegalStateException("llama_decode returned " + status);
    }
  }

  @Override
  public void close() {
    Stock.llama_free(context);
    Stock.llama_model_free(model);
  }
}

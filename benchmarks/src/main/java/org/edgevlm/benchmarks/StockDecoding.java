package org.edgevlm.benchmarks;

import java.nio.FloatBuffer;
import org.edgevlm.plugin.llamacpp.bytedeco.stock.StockModel;

/** {@code llama_decode} of the same native library. */
final class StockDecoding implements Decoding {

  private final StockModel model;
  private final int vocabulary;
  private final int[] next = new int[1];

  StockDecoding(ModelPair files, int vocabulary, int positions, int threads, boolean flash) {
    this.vocabulary = vocabulary;
    model = new StockModel(files.languageModel(), vocabulary, positions, threads, flash);
  }

  @Override
  public void reset() {
    model.clear();
  }

  @Override
  public int prefill(Prompt prompt) {
    prompt.image().ifPresent(model::step);
    model.step(prompt.tokens(), false);
    return argmax(prompt.tokens().length - 1);
  }

  @Override
  public int decode(int token) {
    next[0] = token;
    model.step(next, false);
    return argmax(0);
  }

  private int argmax(int row) {
    FloatBuffer logits = model.buffer(row);
    int best = 0;
    for (int i = 1; i < vocabulary; i++) {
      if (logits.get(i) > logits.get(best)) {
        best = i;
      }
    }
    return best;
  }

  @Override
  public void close() {
    model.close();
  }
}

package org.edgevlm.dist.fuzz;

import java.util.List;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelInfo;

/** What an accepted model may say of itself. */
final class Sizes {

  private Sizes() {}

  static void check(MemoryEstimate estimate) {
    long total = Math.addExact(estimate.weights(), estimate.kvCache());
    Calls.require(
        Math.addExact(total, estimate.compute()) < 1L << 50, "an estimate of " + estimate);
  }

  static void check(LanguageModel model) {
    ModelInfo info = model.info();
    List<Integer> numbers =
        List.of(
            info.layers(),
            info.width(),
            info.heads(),
            info.kvHeads(),
            info.headWidth(),
            info.vocabularySize(),
            info.contextLength());
    Calls.require(numbers.stream().allMatch(n -> n > 0), "a shape of " + numbers);
    Calls.require(info.parameters() > 0, info.parameters() + " parameters");
    Calls.require(
        info.vocabularySize() == model.tokenizer().size(),
        info.vocabularySize() + " rows, " + model.tokenizer().size() + " tokens");
  }
}

package org.edgevlm.runtime.pipeline;

import org.edgevlm.spi.decoding.DecodingReport;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.StepResult;

/** Choose a token, hand it over, feed it, and again. */
final class AutoregressiveStrategy implements DecodingStrategy {

  @Override
  public DecodingReport decode(DecodingTask task) {
    int[] token = new int[1];
    StepResult logits = task.promptLogits();
    while (true) {
      token[0] = task.sampler().sample(logits, 0);
      if (!task.emit(token[0], logits.layersUsed(0))) {
        return DecodingReport.NONE;
      }
      logits = task.session().step(token, 0, 1, Outputs.LAST);
    }
  }
}

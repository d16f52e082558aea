package org.edgevlm.runtime.pipeline;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.ModelInfo;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.SessionStep;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.spi.inference.TokenConstraint;
import org.edgevlm.spi.inference.Tokenizer;

/** A strategy's further model, which gives its memory back to the budget when it is closed. */
final class TrackedModel implements LanguageModel {

  private final LanguageModel model;
  private final Runnable onClose;
  private final AtomicBoolean closed = new AtomicBoolean();

  TrackedModel(LanguageModel model, Runnable onClose) {
    this.model = model;
    this.onClose = onClose;
  }

  @Override
  public ModelInfo info() {
    return model.info();
  }

  @Override
  public Tokenizer tokenizer() {
    return model.tokenizer();
  }

  @Override
  public InferenceSession openSession(SessionOptions options) {
    return model.openSession(options);
  }

  @Override
  public List<StepResult> step(List<SessionStep> steps) {
    return model.step(steps);
  }

  @Override
  public TokenConstraint constrain(Grammar grammar) {
    return model.constrain(grammar);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        model.close();
      } finally {
        onClose.run();
      }
    }
  }
}

package org.edgevlm.testkit.asserting;

import java.util.ArrayList;
import java.util.List;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.ModelInfo;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.SessionStep;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.spi.inference.TokenConstraint;
import org.edgevlm.spi.inference.Tokenizer;

/** Checks use after close, and sessions and constraints that are left open. */
final class AssertingLanguageModel implements LanguageModel {

  private final LanguageModel delegate;
  private final Lifetime life;

  AssertingLanguageModel(LanguageModel delegate, Lifetime life) {
    this.delegate = delegate;
    this.life = life;
  }

  @Override
  public ModelInfo info() {
    life.use("info");
    return delegate.info();
  }

  @Override
  public Tokenizer tokenizer() {
    life.use("tokenizer");
    return delegate.tokenizer();
  }

  @Override
  public InferenceSession openSession(SessionOptions options) {
    life.use("openSession");
    return new AssertingSession(
        delegate.openSession(options), delegate.info(), life.child("session"));
  }

  @Override
  public List<StepResult> step(List<SessionStep> steps) {
    life.use("step");
    List<SessionStep> own = new ArrayList<>();
    for (SessionStep step : steps) {
      own.add(
          step.session() instanceof AssertingSession asserting
              ? new SessionStep(asserting.delegate(), step.input(), step.outputs())
              : step);
    }
    List<StepResult> results = delegate.step(own);
    life.violations()
        .check(
            results.size() == steps.size(),
            Promise.RESULTS_FIT_THE_REQUEST,
            results.size() + " results of " + steps.size() + " steps");
    return results;
  }

  @Override
  public TokenConstraint constrain(Grammar grammar) {
    life.use("constrain");
    return new AssertingConstraint(delegate.constrain(grammar), life.child("constraint"), life);
  }

  @Override
  public void close() {
    life.close(delegate);
  }
}

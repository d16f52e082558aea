package org.edgevlm.testkit.asserting;

import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.decoding.Prompt;
import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.ModelInfo;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;

/** A task whose emit and sampler are watched. */
final class AssertingTask implements DecodingTask {

  private final DecodingTask delegate;
  private final ModelInfo target;
  private final Lifetime life;
  private final Sampler sampler;
  private int emitted;
  private boolean ended;

  AssertingTask(DecodingTask delegate, ModelInfo target, Lifetime life) {
    this.delegate = delegate;
    this.target = target;
    this.life = life;
    sampler = AssertingSampler.lent(delegate.sampler(), life);
  }

  int emitted() {
    return emitted;
  }

  boolean ended() {
    return ended;
  }

  @Override
  public InferenceSession session() {
    return delegate.session();
  }

  @Override
  public SessionOptions sessionOptions() {
    return delegate.sessionOptions();
  }

  @Override
  public Prompt prompt() {
    return delegate.prompt();
  }

  @Override
  public StepResult promptLogits() {
    return delegate.promptLogits();
  }

  @Override
  public Sampler sampler() {
    return sampler;
  }

  @Override
  public int remaining() {
    return delegate.remaining();
  }

  @Override
  public boolean emit(int token, int layersUsed) {
    Violations violations = life.violations();
    violations.check(
        !ended, Promise.EMIT_DECIDES_THE_END, "a token is emitted after emit said stop");
    violations.check(
        token >= 0
            && token < target.vocabularySize()
            && layersUsed >= 1
            && layersUsed <= target.layers(),
        Promise.TOKENS_ARE_IN_THE_VOCABULARY,
        "token "
            + token
            + " of "
            + target.vocabularySize()
            + ", made by "
            + layersUsed
            + " of "
            + target.layers()
            + " layers");
    emitted++;
    boolean more = delegate.emit(token, layersUsed);
    ended = !more;
    return more;
  }
}

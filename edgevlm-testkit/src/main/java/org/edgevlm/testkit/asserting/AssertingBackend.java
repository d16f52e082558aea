package org.edgevlm.testkit.asserting;

import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelFiles;

/** Checks use after close and models that are left open. */
final class AssertingBackend implements InferenceBackend {

  private final InferenceBackend delegate;
  private final Lifetime life;

  AssertingBackend(InferenceBackend delegate, Lifetime life) {
    this.delegate = delegate;
    this.life = life;
  }

  @Override
  public MemoryEstimate estimate(ModelFiles files) {
    life.use("estimate");
    return delegate.estimate(files);
  }

  @Override
  public LanguageModel load(ModelFiles files, LoadProgress progress) {
    life.use("load");
    return new AssertingLanguageModel(delegate.load(files, progress), life.child("model"));
  }

  @Override
  public void close() {
    life.close(delegate);
  }
}

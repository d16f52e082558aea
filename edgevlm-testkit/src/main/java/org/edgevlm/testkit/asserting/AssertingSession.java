package org.edgevlm.testkit.asserting;

import java.util.Optional;
import java.util.function.Supplier;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.ModelInfo;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.StepResult;

/** Checks threads, positions, rows, stale results and use after close. */
final class AssertingSession implements InferenceSession {

  private final InferenceSession delegate;
  private final ModelInfo model;
  private final Lifetime life;
  private StepResult seen;
  private AssertingStepResult result;
  private int calls;

  AssertingSession(InferenceSession delegate, ModelInfo model, Lifetime life) {
    this.delegate = delegate;
    this.model = model;
    this.life = life;
  }

  InferenceSession delegate() {
    return delegate;
  }

  @Override
  public int position() {
    return guarded("position", delegate::position);
  }

  @Override
  public int capacity() {
    return guarded("capacity", delegate::capacity);
  }

  private <T> T guarded(String what, Supplier<T> call) {
    life.begin(what);
    try {
      return call.get();
    } finally {
      life.end();
    }
  }

  @Override
  public StepResult step(int[] tokens, int offset, int count, Outputs outputs) {
    return step(count, count, outputs, () -> delegate.step(tokens, offset, count, outputs));
  }

  @Override
  public StepResult step(ImageEmbedding image, Outputs outputs) {
    int rows = image.tokens();
    return step(rows, rows, outputs, () -> delegate.step(image, outputs));
  }

  @Override
  public StepResult complete(int[] tokens, int offset, int count) {
    return step(count, 0, Outputs.ALL, () -> delegate.complete(tokens, offset, count));
  }

  private StepResult step(int count, int further, Outputs outputs, Supplier<StepResult> call) {
    life.begin("step");
    try {
      int before = delegate.position();
      calls++;
      StepResult made;
      try {
        made = call.get();
      } catch (RuntimeException | Error e) {
        moved(before, 0, "a refused step");
        throw e;
      }
      moved(before, further, "a step of " + count);
      int rows = outputs == Outputs.ALL ? count : outputs == Outputs.LAST ? 1 : 0;
      life.violations()
          .check(
              made.rows() == rows,
              Promise.RESULTS_FIT_THE_REQUEST,
              made.rows() + " rows for " + outputs + " of " + count);
      life.violations()
          .check(
              seen == null || seen == made,
              Promise.RESULTS_FIT_THE_REQUEST,
              "a step returned another object than the one before");
      if (seen != made) {
        seen = made;
        result = new AssertingStepResult(made, model, life, () -> calls);
      }
      result.freshen(calls);
      return result;
    } finally {
      life.end();
    }
  }

  private void moved(int before, int by, String what) {
    life.violations()
        .check(
            delegate.position() == before + by,
            Promise.POSITIONS_ADD_UP,
            what + " went from position " + before + " to " + delegate.position());
  }

  @Override
  public void rewind(int position) {
    life.begin("rewind");
    try {
      calls++;
      delegate.rewind(position);
      moved(position, 0, "rewind(" + position + ")");
    } finally {
      life.end();
    }
  }

  @Override
  public Optional<KvCache> kvCache() {
    return guarded("kvCache", delegate::kvCache);
  }

  @Override
  public long kvBytes() {
    return guarded("kvBytes", delegate::kvBytes);
  }

  @Override
  public void close() {
    life.close(delegate);
  }
}

package org.edgevlm.testkit.asserting;

import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.inference.StepResult;

/** A request's sampler, which a strategy only asks, or a copy, which it closes. */
final class AssertingSampler implements Sampler {

  private final Sampler delegate;
  private final Lifetime request;

  /** This copy's own life; null for the request's sampler, which belongs to the runtime. */
  private final Lifetime copy;

  private AssertingSampler(Sampler delegate, Lifetime request, Lifetime copy) {
    this.delegate = delegate;
    this.request = request;
    this.copy = copy;
  }

  /** The request's own sampler. */
  static Sampler lent(Sampler delegate, Lifetime request) {
    return new AssertingSampler(delegate, request, null);
  }

  private void use(String what) {
    (copy == null ? request : copy).use(what);
  }

  @Override
  public int sample(StepResult result, int row) {
    use("sample");
    return delegate.sample(result, row);
  }

  @Override
  public void probabilities(StepResult result, int row, float[] probabilities) {
    use("probabilities");
    delegate.probabilities(result, row, probabilities);
  }

  @Override
  public int draw(float[] weights) {
    use("draw");
    return delegate.draw(weights);
  }

  @Override
  public double uniform() {
    use("uniform");
    return delegate.uniform();
  }

  @Override
  public void accept(int token) {
    use("accept");
    if (copy == null) {
      request
          .violations()
          .report(
              Promise.LENT_THINGS_ARE_LEFT_ALONE,
              "the strategy calls accept on the request's sampler, as the runtime does");
    }
    delegate.accept(token);
  }

  @Override
  public Sampler copy() {
    use("copy");
    return new AssertingSampler(delegate.copy(), request, request.child("sampler's copy"));
  }

  @Override
  public void close() {
    if (copy == null) {
      request
          .violations()
          .report(Promise.LENT_THINGS_ARE_LEFT_ALONE, "the strategy closes the request's sampler");
    } else {
      copy.close(delegate);
    }
  }
}

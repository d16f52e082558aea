package org.edgevlm.runtime.pipeline;

import org.edgevlm.spi.inference.TokenConstraint;

/** Allows every token; what requests without a grammar are sampled with. */
enum Unconstrained implements TokenConstraint {
  /** It has no state. */
  INSTANCE;

  @Override
  public boolean allows(int token) {
    return true;
  }

  @Override
  public void mask(float[] logits) {
    // Nothing to take out.
  }

  @Override
  public void accept(int token) {
    // Nothing to remember.
  }

  @Override
  public TokenConstraint copy() {
    return this;
  }

  @Override
  public void close() {
    // Nothing to free.
  }
}

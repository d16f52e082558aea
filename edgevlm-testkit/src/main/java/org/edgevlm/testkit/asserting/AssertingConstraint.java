package org.edgevlm.testkit.asserting;

import org.edgevlm.spi.inference.TokenConstraint;

/** Checks threads, use after close, and copies that are left open. */
final class AssertingConstraint implements TokenConstraint {

  private final TokenConstraint delegate;
  private final Lifetime life;
  private final Lifetime model;

  AssertingConstraint(TokenConstraint delegate, Lifetime life, Lifetime model) {
    this.delegate = delegate;
    this.life = life;
    this.model = model;
  }

  @Override
  public boolean allows(int token) {
    life.begin("allows");
    try {
      return delegate.allows(token);
    } finally {
      life.end();
    }
  }

  @Override
  public void mask(float[] logits) {
    life.begin("mask");
    try {
      delegate.mask(logits);
    } finally {
      life.end();
    }
  }

  @Override
  public void accept(int token) {
    life.begin("accept");
    try {
      delegate.accept(token);
    } finally {
      life.end();
    }
  }

  @Override
  public TokenConstraint copy() {
    life.begin("copy");
    try {
      return new AssertingConstraint(delegate.copy(), model.child("constraint's copy"), model);
    } finally {
      life.end();
    }
  }

  @Override
  public void close() {
    life.close(delegate);
  }
}

package org.edgevlm.reference;

import java.util.concurrent.atomic.AtomicInteger;
import org.edgevlm.spi.inference.TokenConstraint;

/** What a regular grammar allows next. Counts those that are open, as native memory would. */
final class ReferenceConstraint implements TokenConstraint {

  private final AtomicInteger open;
  private Regular rest;
  private boolean closed;

  ReferenceConstraint(Regular rest, AtomicInteger open) {
    this.rest = rest;
    this.open = open;
    open.incrementAndGet();
  }

  @Override
  public boolean allows(int token) {
    check();
    if (token == ReferenceTokenizer.END) {
      return rest.acceptsEmpty();
    }
    return token < ReferenceTokenizer.BEGIN && rest.after(token) != Regular.NOTHING;
  }

  @Override
  public void mask(float[] logits) {
    for (int token = 0; token < logits.length; token++) {
      if (!allows(token)) {
        logits[token] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  @Override
  public void accept(int token) {
    if (!allows(token)) {
      throw new IllegalArgumentException("token " + token + " is not allowed");
    }
    // The end leaves everything as it is: whoever drafts beyond it finds it allowed still.
    if (token != ReferenceTokenizer.END) {
      rest = rest.after(token);
    }
  }

  @Override
  public TokenConstraint copy() {
    check();
    return new ReferenceConstraint(rest, open);
  }

  private void check() {
    if (closed) {
      throw new IllegalStateException("closed");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      open.decrementAndGet();
    }
  }
}

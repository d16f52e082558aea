package org.edgevlm.app.service;

import java.util.Objects;
import java.util.Optional;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.spi.inference.LoadProgress;

/**
 * Whether the model is loaded yet, and how far loading is. Safe for use by several threads at a
 * time.
 */
public final class Readiness implements LoadProgress {

  private volatile EdgeVlm loaded;
  private volatile double share;

  /** Nothing loaded yet. */
  public Readiness() {}

  @Override
  public void update(long done, long total) {
    share = total > 0 ? Math.min(1.0, (double) done / total) : 0;
  }

  /** From now on there is a model. */
  public void ready(EdgeVlm edgeVlm) {
    loaded = Objects.requireNonNull(edgeVlm, "edgeVlm");
  }

  /** How much of the model's bytes are loaded, 0 to 1. */
  public double progress() {
    return loaded == null ? share : 1;
  }

  /** What answers; empty while it is still loading. */
  public Optional<EdgeVlm> current() {
    return Optional.ofNullable(loaded);
  }

  /**
   * What answers.
   *
   * @throws ProblemException while it is still loading
   */
  public EdgeVlm edgeVlm() {
    return current().orElseThrow(Problem.LOADING::exception);
  }
}

package org.edgevlm.app.http;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.edgevlm.runtime.EdgeVlm;

/** Whether the model is loaded yet. */
final class Readiness {

  private final AtomicReference<EdgeVlm> loaded = new AtomicReference<>();

  void ready(EdgeVlm edgeVlm) {
    loaded.set(edgeVlm);
  }

  Optional<EdgeVlm> current() {
    return Optional.ofNullable(loaded.get());
  }

  /**
   * What answers.
   *
   * @throws ProblemException while it is still loading
   */
  EdgeVlm edgeVlm() {
    return current().orElseThrow(Problem.LOADING::exception);
  }
}

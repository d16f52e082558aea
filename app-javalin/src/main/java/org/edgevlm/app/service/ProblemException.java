package org.edgevlm.app.service;

import java.util.Objects;

/** Leaves a handler with a problem as the answer. */
public final class ProblemException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Problem problem;

  ProblemException(Problem problem, Throwable cause) {
    super(problem.type(), cause);
    this.problem = Objects.requireNonNull(problem, "problem");
  }

  /** What to tell the client. */
  public Problem problem() {
    return problem;
  }
}

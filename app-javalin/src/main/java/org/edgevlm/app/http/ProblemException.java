package org.edgevlm.app.http;

/** Leaves a handler with a problem as the answer. */
final class ProblemException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Problem problem;

  ProblemException(Problem problem, Throwable cause) {
    super(problem.type(), cause);
    this.problem = problem;
  }

  Problem problem() {
    return problem;
  }
}

package org.edgevlm.testkit.failing;

/** A failure on purpose. Its message names the call and the seed that repeats it. */
public final class InjectedFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  InjectedFailure(String call, long number, long seed) {
    super("failure on purpose in " + call + ", call " + number + ", seed " + seed);
  }
}

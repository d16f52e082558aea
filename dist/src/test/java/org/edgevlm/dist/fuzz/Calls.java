package org.edgevlm.dist.fuzz;

import org.edgevlm.spi.EdgeVlmException;

/** Calls that may be refused, and what a refusal may be. */
final class Calls {

  /** What broke the rules. */
  static final class Finding extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Finding(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** A call that gives something. */
  @FunctionalInterface
  interface Giving<T> {
    T call() throws Exception;
  }

  /** A call. */
  @FunctionalInterface
  interface Doing {
    void call() throws Exception;
  }

  private Calls() {}

  /** What a call gives, or null if it was refused as it may be. */
  static <T> T attempt(String what, Giving<T> call) {
    try {
      return call.call();
    } catch (Finding e) {
      throw e;
    } catch (Throwable e) {
      if (!refusal(e)) {
        throw new Finding(what + ": " + e, e);
      }
      return null;
    }
  }

  /** Makes a call that may be refused. */
  static void attempt(String what, Doing call) {
    attempt(
        what,
        () -> {
          call.call();
          return null;
        });
  }

  /** Refuses a result that can't be. */
  static void require(boolean condition, String message) {
    if (!condition) {
      throw new Finding(message, null);
    }
  }

  /**
   * Whether an exception is one that the SPI names, made on purpose, and says what was wrong. Their
   * subclasses in the JDK, such as NumberFormatException, come from an accident.
   */
  static boolean refusal(Throwable e) {
    boolean kind =
        e instanceof EdgeVlmException
            || e.getClass() == IllegalArgumentException.class
            || e.getClass() == IllegalStateException.class
            || e.getClass() == IndexOutOfBoundsException.class;
    boolean accident =
        e.getCause() instanceof Error || e.getCause() instanceof NullPointerException;
    return kind && !accident && e.getMessage() != null && !e.getMessage().isBlank();
  }
}

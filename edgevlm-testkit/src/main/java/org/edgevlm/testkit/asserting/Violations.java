package org.edgevlm.testkit.asserting;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.opentest4j.AssertionFailedError;

/** Broken promises: thrown where they are met, or collected. Safe for several threads. */
public final class Violations {

  /**
   * A broken promise.
   *
   * @param promise which
   * @param what happened
   */
  public record Violation(Promise promise, String what) {}

  private final boolean throwing;
  private final List<Violation> all = Collections.synchronizedList(new ArrayList<>());

  private Violations(boolean throwing) {
    this.throwing = throwing;
  }

  /** The first broken promise fails the call that breaks it. */
  public static Violations thrown() {
    return new Violations(true);
  }

  /** Broken promises are noted, and calls go on. */
  public static Violations collected() {
    return new Violations(false);
  }

  /** Notes a violation unless a condition holds. */
  void check(boolean holds, Promise promise, String what) {
    if (!holds) {
      report(promise, what);
    }
  }

  /** Notes a violation. */
  void report(Promise promise, String what) {
    all.add(new Violation(Objects.requireNonNull(promise, "promise"), what));
    if (throwing) {
      throw new AssertionFailedError(promise + ": " + what);
    }
  }

  /** What was noted, thrown or not. */
  public List<Violation> all() {
    synchronized (all) {
      return List.copyOf(all);
    }
  }

  /** What was noted of one promise. */
  public List<String> of(Promise promise) {
    return all().stream()
        .filter(violation -> violation.promise() == promise)
        .map(Violation::what)
        .toList();
  }
}

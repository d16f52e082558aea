package org.edgevlm.testkit.failing;

import java.util.Collections;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.testkit.intercept.Call;
import org.edgevlm.testkit.intercept.Interception;

/**
 * Lets one call in so many on plugins fail, {@code close} included, by a seed. A close that fails
 * has closed first, as one that meets a broken driver would; any other call fails before it does
 * anything. What only tells a property never fails.
 */
public final class FailingPlugins {

  /** Calls that do something. */
  private static final Set<String> MAY_FAIL =
      Set.of(
          "create",
          "estimate",
          "load",
          "open",
          "openSession",
          "step",
          "rewind",
          "constrain",
          "copy",
          "mask",
          "accept",
          "inspect",
          "process",
          "layout",
          "encode",
          "applyChatTemplate",
          "attention",
          "isDue",
          "plan",
          "retain",
          "earlyExit",
          "decode",
          "close");

  private final long seed;
  private final int oneIn;
  private final Random random;
  private final Set<String> failed = new TreeSet<>();
  private final Set<Object> closed = Collections.newSetFromMap(new WeakHashMap<>());
  private boolean failing;
  private long calls;
  private long failures;

  /**
   * Nothing fails before {@link #failing(boolean)} is called.
   *
   * @param seed the same seed and calls give the same failures
   * @param oneIn a call fails with a chance of one in so many
   */
  public FailingPlugins(long seed, int oneIn) {
    if (oneIn < 1) {
      throw new IllegalArgumentException("one call in " + oneIn + " cannot fail");
    }
    this.seed = seed;
    this.oneIn = oneIn;
    random = new Random(seed);
  }

  /** The provider, with everything that it makes. */
  public <P extends PluginProvider> P over(P provider) {
    return Interception.of(provider, this::around);
  }

  private Object around(Call call) throws Throwable {
    InjectedFailure failure = failure(call);
    if (failure == null) {
      return call.proceed();
    }
    if (call.method().equals("close")) {
      call.proceed();
    }
    throw failure;
  }

  private synchronized InjectedFailure failure(Call call) {
    Objects.requireNonNull(call, "call");
    if (!failing || !MAY_FAIL.contains(call.method())) {
      return null;
    }
    if (call.method().equals("close") && !closed.add(call.target(Object.class))) {
      // A second close does nothing, so there is nothing in it to fail.
      return null;
    }
    calls++;
    if (random.nextInt(oneIn) != 0) {
      return null;
    }
    failures++;
    failed.add(call.toString());
    return new InjectedFailure(call.toString(), calls, seed);
  }

  /** Switches failures on or off. */
  public synchronized void failing(boolean on) {
    failing = on;
  }

  /** The seed, for a test's output. */
  public long seed() {
    return seed;
  }

  /** Failures so far. */
  public synchronized long failures() {
    return failures;
  }

  /** The kinds of calls that failed so far, as {@code Type.method}. */
  public synchronized Set<String> failed() {
    return new TreeSet<>(failed);
  }
}

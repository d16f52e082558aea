package org.edgevlm.benchmarks;

/** What {@link CountingLoader} makes the engine report. Counts of one thread. */
public final class NativeCalls {

  private static long calls;
  private static long computeNanos;
  private static long begin;

  private NativeCalls() {}

  /** A native method is about to be called. */
  public static void called() {
    calls++;
  }

  /** A graph's computation is about to begin. */
  public static void computeBegins() {
    begin = System.nanoTime();
  }

  /** A graph's computation has ended. */
  public static void computeEnds() {
    computeNanos += System.nanoTime() - begin;
  }

  /** Calls so far. */
  static long calls() {
    return calls;
  }

  /** Time in {@code ggml_backend_graph_compute} so far. */
  static long computeNanos() {
    return computeNanos;
  }
}

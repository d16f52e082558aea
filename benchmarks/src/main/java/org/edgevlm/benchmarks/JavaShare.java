package org.edgevlm.benchmarks;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.SessionOptions;

/**
 * How much of a token is Java's: the time from feeding one to having chosen the next, outside of
 * {@code ggml_backend_graph_compute}; and the native calls that it takes. Measured in a process of
 * its own, whose engine is loaded by {@link CountingLoader}.
 */
public final class JavaShare implements Callable<Void> {

  /** As many steps as a graph serves, so that building one is in the figure. */
  private static final int TOKENS = 64;

  private final String[] arguments;

  /** Loaded by {@link CountingLoader}. */
  public JavaShare(String[] arguments) {
    this.arguments = arguments.clone();
  }

  static void measure(
      ModelPair files, Workload workload, int imageTokens, int threads, Report report) {
    int length = imageTokens + workload.questionTokens();
    Map<String, Double> numbers =
        Processes.java(JavaShare.class, files.languageModel(), files.projector(), threads, length);
    report.add(row("Java's share of a token", "%", numbers.get("share")));
    report.add(row("Java's time in a token", "ms", numbers.get("java")));
    report.add(row("of it choosing the token", "ms", numbers.get("choice")));
    report.add(row("native calls, usual token", "calls", numbers.get("calls.least")));
    report.add(row("native calls, new graph", "calls", numbers.get("calls.most")));
    report.add(row("native calls, mean of " + TOKENS, "calls", numbers.get("calls.mean")));
  }

  private static Row row(String measure, String unit, double value) {
    return Row.of(measure, unit, "ours", Samples.of(value));
  }

  /** Measures in this process: language model, projector, threads, entries in the cache before. */
  public static void main(String[] arguments) throws ReflectiveOperationException {
    CountingLoader loader = new CountingLoader();
    Object counted =
        loader
            .loadClass(JavaShare.class.getName())
            .getConstructor(String[].class)
            .newInstance((Object) arguments);
    counted.getClass().getMethod("call").invoke(counted);
  }

  @Override
  public Void call() {
    ModelPair files = new ModelPair(Path.of(arguments[0]), Path.of(arguments[1]));
    try (Compute compute = new Compute(Integer.parseInt(arguments[2]));
        LanguageModel model = OwnDecoding.open(files, compute);
        OwnDecoding session = new OwnDecoding(model, SessionOptions.DEFAULT)) {
      Prompt prompt = Prompt.text(Integer.parseInt(arguments[3]), model.info().vocabularySize());
      // Once to compile the code, once to measure.
      for (int pass = 0; pass < 2; pass++) {
        session.reset();
        measure(session, session.prefill(prompt), pass == 1);
      }
    }
    return null;
  }

  private static void measure(OwnDecoding session, int first, boolean print) {
    int token = first;
    long least = Long.MAX_VALUE;
    long most = 0;
    long callsBefore = NativeCalls.calls();
    long computeBefore = NativeCalls.computeNanos();
    long choiceNanos = 0;
    long start = System.nanoTime();
    for (int i = 0; i < TOKENS; i++) {
      long before = NativeCalls.calls();
      session.feed(token);
      long fed = System.nanoTime();
      token = session.choose();
      choiceNanos += System.nanoTime() - fed;
      long calls = NativeCalls.calls() - before;
      least = Math.min(least, calls);
      most = Math.max(most, calls);
    }
    double total = System.nanoTime() - start;
    double java = total - (NativeCalls.computeNanos() - computeBefore);
    if (print) {
      System.out.println("share=" + 100 * java / total);
      System.out.println("java=" + java / TOKENS / 1e6);
      System.out.println("choice=" + choiceNanos / 1e6 / TOKENS);
      System.out.println("calls.least=" + least);
      System.out.println("calls.most=" + most);
      System.out.println("calls.mean=" + (NativeCalls.calls() - callsBefore) / (double) TOKENS);
    }
  }
}

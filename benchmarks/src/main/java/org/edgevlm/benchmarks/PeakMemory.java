package org.edgevlm.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.Timings;

/**
 * The most memory that a process held while it loaded a model and captioned one picture, mapped
 * files included, as Linux counts it ({@code VmHWM}).
 */
public final class PeakMemory {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int MAX_TOKENS = 32;

  private PeakMemory() {}

  static void measure(ModelPair files, Path picture, int threads, Report report) {
    Map<String, Double> numbers =
        Processes.java(
            PeakMemory.class, files.languageModel(), files.projector(), picture, threads);
    numbers.forEach(
        (name, value) -> {
          String[] parts = name.split(":", 2);
          report.add(Row.of(parts[0], parts[1], "ours", Samples.of(value)));
        });
  }

  /** Captions in this process: language model, projector, picture, threads. */
  public static void main(String[] arguments) throws IOException {
    long start = System.nanoTime();
    ModelPair files = new ModelPair(Path.of(arguments[0]), Path.of(arguments[1]));
    try (Pipeline pipeline = new Pipeline(files, Integer.parseInt(arguments[3]))) {
      print("load:ms", (System.nanoTime() - start) / 1e6);
      Answer answer = pipeline.caption(Pipeline.read(Path.of(arguments[2])), MAX_TOKENS);
      Timings timings = answer.timings();
      print("first picture, vision:ms", timings.visionMs());
      print("first picture, encode:ms", timings.encodeMs());
      print("first picture, prefill:ms", timings.prefillMs());
      print("first picture, decode:ms", timings.decodeMs());
      print("first picture, all:ms", timings.totalMs());
      print("tokens of the prompt:tokens", answer.promptTokens());
      print("tokens of the answer:tokens", answer.tokens());
      print("peak resident memory:MB", peakBytes() / 1e6);
    }
  }

  private static void print(String name, double value) {
    System.out.println(name + "=" + value);
  }

  private static long peakBytes() throws IOException {
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new IOException(STATUS + " has no VmHWM");
  }
}

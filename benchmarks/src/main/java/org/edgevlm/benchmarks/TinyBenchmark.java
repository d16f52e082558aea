package org.edgevlm.benchmarks;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.Timings;

/** A model from picture to sentence, stage by stage. */
final class TinyBenchmark {

  private static final int MAX_TOKENS = 64;

  private final ModelPair files;
  private final ByteBuffer picture;
  private final int threads;
  private final int rounds;
  private final Report report;

  TinyBenchmark(ModelPair files, ByteBuffer picture, int threads, int rounds, Report report) {
    this.files = files;
    this.picture = picture;
    this.threads = threads;
    this.rounds = rounds;
    this.report = report;
  }

  void run() {
    report.section("From picture to sentence: " + files.languageModel().getFileName());
    long start = System.nanoTime();
    try (Pipeline pipeline = new Pipeline(files, threads)) {
      add("load", "ms", Samples.of((System.nanoTime() - start) / 1e6));
      add(
          "first picture",
          "ms",
          Samples.of(pipeline.caption(picture, MAX_TOKENS).timings().totalMs()));
      Map<String, List<Double>> stages = new LinkedHashMap<>();
      Answer answer = null;
      for (int round = -rounds; round < rounds; round++) {
        answer = pipeline.caption(picture, MAX_TOKENS);
        // As many before that aren't counted: code is compiled meanwhile.
        if (round >= 0) {
          collect(answer, stages);
        }
      }
      stages.forEach((stage, values) -> add(stage, "ms", new Samples(values)));
      add("tokens of the prompt", "tokens", Samples.of(answer.promptTokens()));
      add("tokens of the answer", "tokens", Samples.of(answer.tokens()));
      report.note("the answer: " + answer.text());
    }
  }

  private void add(String measure, String unit, Samples samples) {
    report.add(Row.of(measure, unit, "ours", samples));
  }

  private static void collect(Answer answer, Map<String, List<Double>> stages) {
    Timings timings = answer.timings();
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("vision", timings.visionMs());
    values.put("encode", timings.encodeMs());
    values.put("prefill", timings.prefillMs());
    values.put("decode", timings.decodeMs());
    values.put("decode, a token", timings.decodeMs() / Math.max(1, answer.tokens()));
    values.put("all", timings.totalMs());
    values.forEach(
        (stage, value) -> stages.computeIfAbsent(stage, s -> new ArrayList<>()).add(value));
  }
}

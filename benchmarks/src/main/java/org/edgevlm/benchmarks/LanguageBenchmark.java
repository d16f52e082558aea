package org.edgevlm.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.ModelInfo;
import org.edgevlm.spi.inference.SessionOptions;

/** Prefill and decoding of the engine and of {@code llama_decode}, in the same rounds. */
final class LanguageBenchmark {

  private static final String OURS = "ours";
  private static final String TRACKING = "ours, tracking";
  private static final String STOCK = "llama_decode";
  private static final String FLASH = "llama_decode, flash";

  /** What heavy-hitter and recent-window policies ask for together. */
  private static final SessionOptions TRACKED =
      new SessionOptions(new AttentionTracking(true, 32), Optional.empty());

  private final Workload workload;
  private final ModelPair files;
  private final int imageTokens;
  private final int threads;
  private final Rounds rounds;
  private final Report report;

  LanguageBenchmark(
      Workload workload,
      ModelPair files,
      int imageTokens,
      int threads,
      Rounds rounds,
      Report report) {
    this.workload = workload;
    this.files = files;
    this.imageTokens = imageTokens;
    this.threads = threads;
    this.rounds = rounds;
    this.report = report;
  }

  void run() {
    int positions = workload.positions(imageTokens, rounds.count());
    try (Compute compute = new Compute(threads);
        LanguageModel model = OwnDecoding.open(files, compute)) {
      ModelInfo info = model.info();
      int vocabulary = info.vocabularySize();
      try (Decoding ours = new OwnDecoding(model, SessionOptions.DEFAULT);
          Decoding tracking = new OwnDecoding(model, TRACKED);
          Decoding stock = new StockDecoding(files, vocabulary, positions, threads, false);
          Decoding flash = new StockDecoding(files, vocabulary, positions, threads, true)) {
        Map<String, Decoding> contenders = new LinkedHashMap<>();
        contenders.put(OURS, ours);
        contenders.put(STOCK, stock);
        contenders.put(FLASH, flash);
        contenders.put(TRACKING, tracking);
        Prompt question =
            Prompt.image(imageTokens, info.width(), workload.questionTokens(), vocabulary);
        Prompt text = Prompt.text(workload.promptTokens(), vocabulary);
        Prompt story = Prompt.text(workload.longContext(), vocabulary);

        report.section("Language model: the engine beside llama_decode over the same natives");
        prefill(contenders, question, "image and text");
        prefill(contenders, text, "text");
        decode(contenders, question);
        decode(contenders, story);
      }
      report.section("A token and a session in Java");
      new SessionBenchmark(model, rounds, report).run();
    }
  }

  private void prefill(Map<String, Decoding> contenders, Prompt prompt, String what) {
    Map<String, Rounds.Measurement> turns = new LinkedHashMap<>();
    contenders.forEach(
        (name, contender) ->
            turns.put(
                name,
                () -> {
                  contender.reset();
                  return Rounds.millis(() -> contender.prefill(prompt));
                }));
    compare("prefill " + prompt.length() + " (" + what + ")", "ms", rounds.measure(turns));
  }

  /** The cache grows by a block a round, alike for all. */
  private void decode(Map<String, Decoding> contenders, Prompt before) {
    Map<String, Rounds.Measurement> turns = new LinkedHashMap<>();
    int block = workload.block();
    contenders.forEach(
        (name, contender) -> {
          contender.reset();
          int[] token = {contender.prefill(before)};
          turns.put(
              name,
              () ->
                  Rounds.millis(
                          () -> {
                            for (int i = 0; i < block; i++) {
                              token[0] = contender.decode(token[0]);
                            }
                          })
                      / block);
        });
    compare("decode from KV " + before.length(), "ms/tok", rounds.measure(turns));
  }

  private void compare(String measure, String unit, Map<String, Samples> samples) {
    Row ours = Row.of(measure, unit, OURS, samples.get(OURS));
    report.add(ours.versus(STOCK, samples.get(STOCK)));
    report.add(ours.versus(FLASH, samples.get(FLASH)));
    report.add(
        Row.of(measure, unit, TRACKING, samples.get(TRACKING)).versus(OURS, samples.get(OURS)));
  }
}

package org.edgevlm.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.SessionOptions;

/** Prefill and decoding of the engine and of a build of llama.cpp, in the same rounds. */
final class PeerBenchmark {

  private static final String OURS = "ours";
  private static final int TOKENS = 32;

  private final Workload workload;
  private final ModelPair files;
  private final int imageTokens;
  private final int threads;
  private final Rounds rounds;
  private final Report report;

  PeerBenchmark(
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

  void run(List<Peer> peers) {
    report.section("Language model: the engine beside a build of llama.cpp");
    int length = imageTokens + workload.questionTokens();
    try (Compute compute = new Compute(threads);
        LanguageModel model = OwnDecoding.open(files, compute);
        Decoding ours = new OwnDecoding(model, SessionOptions.DEFAULT)) {
      Prompt prompt = Prompt.text(length, model.info().vocabularySize());
      compare(
          peers,
          "prefill " + length + " (text)",
          "ms",
          () -> {
            ours.reset();
            return Rounds.millis(() -> ours.prefill(prompt));
          },
          peer -> peer.prefill(files, length, threads));
      compare(
          peers,
          "decode " + TOKENS + " from KV 0",
          "ms/tok",
          () -> {
            ours.reset();
            return decode(ours, 1);
          },
          peer -> peer.decode(files, 0, TOKENS, threads));
      compare(
          peers,
          "decode " + TOKENS + " from KV " + length,
          "ms/tok",
          () -> {
            ours.reset();
            return decode(ours, ours.prefill(prompt));
          },
          peer -> peer.decode(files, length, TOKENS, threads));
    }
  }

  private static double decode(Decoding ours, int first) {
    int[] token = {first};
    return Rounds.millis(
            () -> {
              for (int i = 0; i < TOKENS; i++) {
                token[0] = ours.decode(token[0]);
              }
            })
        / TOKENS;
  }

  private void compare(
      List<Peer> peers,
      String measure,
      String unit,
      Rounds.Measurement ours,
      ToDoubleFunction<Peer> theirs) {
    Map<String, Rounds.Measurement> turns = new LinkedHashMap<>();
    turns.put(OURS, ours);
    peers.forEach(peer -> turns.put(peer.name(), () -> theirs.applyAsDouble(peer)));
    Map<String, Samples> samples = rounds.measure(turns);
    for (Peer peer : peers) {
      report.add(
          Row.of(measure, unit, OURS, samples.get(OURS))
              .versus(peer.name(), samples.get(peer.name())));
    }
  }
}

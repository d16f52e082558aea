package org.edgevlm.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.spi.cache.KvCompression;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.ModelInfo;

/**
 * What optimisations of the KV cache, early exits and speculation come to at a shape, in the same
 * rounds as the engine without them. With random weights exits and acceptance can't be real: they
 * follow schedules, and the table calls them synthetic.
 */
final class OptimisationBenchmark {

  private static final String OFF = "off";
  private static final double MEBI = 1 << 20;
  private static final List<Double> PYRAMID = List.of(1.0, 0.7, 0.3);

  /** 35 % of the tokens in all, as published, spread evenly. */
  private static final List<Double> PUBLISHED = List.of(0.0875, 0.0875, 0.0875, 0.0875);

  /** What the first trained prototype of the default model did: two thirds at the first exit. */
  private static final List<Double> FAVOURABLE = List.of(0.67);

  private static final int MOST_DRAFTS = 8;
  private static final int DRAFTS = 4;
  private static final int SPECULATED_STEPS = 8;
  private static final double ACCEPTANCE = 0.8;

  /** A draft model's token by one of the model's own: assumed, for one of a fifth of its size. */
  private static final double DRAFT_COST = 0.2;

  private final Workload workload;
  private final Path file;
  private final int threads;
  private final Rounds rounds;
  private final Report report;

  OptimisationBenchmark(Workload workload, Path file, int threads, Rounds rounds, Report report) {
    this.workload = workload;
    this.file = file;
    this.threads = threads;
    this.rounds = rounds;
    this.report = report;
  }

  /** Measures with so many entries in the cache, one number after the other. */
  void run(List<Integer> contexts) {
    try (Compute compute = new Compute(threads);
        LanguageModel model = OwnDecoding.open(file, compute)) {
      for (int context : contexts) {
        if (context < 2 || context + (rounds.count() + 1) * workload.block() > limit(model)) {
          throw new IllegalArgumentException(
              "--contexts " + context + " is outside of the model's " + limit(model));
        }
        decode(model, context);
        verify(model, context);
      }
    }
  }

  private static int limit(LanguageModel model) {
    return model.info().contextLength();
  }

  private Prompt prompt(ModelInfo info, int context) {
    int image = workload.imageTokens();
    return context > image
        ? Prompt.image(image, info.width(), context - image, info.vocabularySize())
        : Prompt.text(context, info.vocabularySize());
  }

  private void decode(LanguageModel model, int context) {
    Prompt prompt = prompt(model.info(), context);
    ExitSchedule exits = new ExitSchedule(model.info().layers());
    Conversation.Eviction gear = new Conversation.Eviction(0.5, List.of(), true);
    Conversation.Eviction pyramid = new Conversation.Eviction(1, PYRAMID, false);
    Conversation.Eviction both = new Conversation.Eviction(0.5, PYRAMID, true);
    try (Conversation off = open(model, false, null, null).begin(prompt);
        Conversation tracked = open(model, true, null, null).begin(prompt);
        Conversation half = open(model, true, null, gear).begin(prompt);
        Conversation steps = open(model, false, null, pyramid).begin(prompt);
        Conversation packed4 = packing(model, 4).begin(prompt);
        Conversation packed2 = packing(model, 2).begin(prompt);
        Conversation less = open(model, true, null, both).begin(prompt);
        Conversation leaving = open(model, false, exits, null).begin(prompt);
        Conversation all = open(model, true, exits, both).begin(prompt)) {
      Map<String, Conversation> caches = new LinkedHashMap<>();
      caches.put(OFF, off);
      caches.put("tracked alone", tracked);
      caches.put("heavy hitters 50 %", half);
      caches.put("pyramid 100/70/30", steps);
      caches.put("both", less);
      caches.put("GEAR 4 bits", packed4);
      caches.put("GEAR 2 bits", packed2);
      Map<String, Rounds.Measurement> turns = new LinkedHashMap<>();
      caches.forEach((name, one) -> turns.put(name, () -> one.decode(workload.block())));
      Map<String, List<Double>> schedules = new LinkedHashMap<>();
      schedules.put("exit checks alone", List.of());
      schedules.put("synthetic exits 35 %", PUBLISHED);
      schedules.put("synthetic exits 67 %", FAVOURABLE);
      Map<String, List<Double>> depths = new LinkedHashMap<>();
      schedules.forEach(
          (name, shares) -> turns.put(name, exiting(leaving, exits, shares, depths, name)));
      String everything = "both, exits 67 %";
      turns.put(everything, exiting(all, exits, FAVOURABLE, depths, everything));

      report.section("Decoding from a KV cache of " + context + " entries");
      Map<String, Samples> samples = rounds.measure(turns);
      samples.forEach(
          (name, of) -> add(Row.of("decode at " + context, "ms/tok", name, of), samples.get(OFF)));
      Samples offBytes = Samples.of(off.bytes() / MEBI);
      report.add(
          Row.of(
              "KV after prefill at " + context, "MiB", OFF, Samples.of(off.promptBytes() / MEBI)));
      caches.put(everything, all);
      caches.forEach(
          (name, one) ->
              add(
                  Row.of("KV at " + context, "MiB", name, Samples.of(one.bytes() / MEBI)),
                  offBytes));
      caches.forEach(
          (name, one) -> {
            if (one.packingMillis() > 0) {
              Samples once = Samples.of(one.packingMillis());
              report.add(Row.of("packing a prompt of " + context, "ms", name, once));
            }
          });
      Samples depth = Samples.of(model.info().layers());
      depths.forEach(
          (name, of) -> {
            // The turn that isn't counted isn't counted here either.
            Samples counted = new Samples(of.subList(1, of.size()));
            report.add(
                Row.of("layer evaluations at " + context, "layers", name, counted)
                    .versus(OFF, repeated(depth.median(), counted.values().size())));
          });
      if (!(exits.confidences() > 0)) {
        throw new IllegalStateException("no confidence was ever read");
      }
    }
  }

  private static Samples repeated(double value, int times) {
    return new Samples(Collections.nCopies(times, value));
  }

  private static Conversation open(
      LanguageModel model, boolean tracked, ExitSchedule exits, Conversation.Eviction eviction) {
    return new Conversation(
        model,
        tracked,
        Optional.ofNullable(exits),
        Optional.ofNullable(eviction),
        Optional.empty());
  }

  /** GEAR as its paper has it, with the plugin's defaults. */
  private static Conversation packing(LanguageModel model, int bits) {
    return new Conversation(
        model,
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.of(new KvCompression(bits, 2, 0.02)));
  }

  private Rounds.Measurement exiting(
      Conversation conversation,
      ExitSchedule exits,
      List<Double> shares,
      Map<String, List<Double>> depths,
      String name) {
    List<Double> depth = new ArrayList<>();
    depths.put(name, depth);
    // Blocks are short: several, so that few tokens of a schedule tell of the whole.
    int block = workload.block() * 2;
    return () -> {
      exits.follow(shares);
      double millis = conversation.decode(block);
      depth.add(conversation.layersPerToken());
      return millis;
    };
  }

  private void add(Row row, Samples off) {
    report.add(row.name().equals(OFF) ? row : row.versus(OFF, off));
  }

  /** What a step of several rows costs, and what speculation would make of it. */
  private void verify(LanguageModel model, int context) {
    try (Conversation session =
        open(model, false, null, null).begin(prompt(model.info(), context))) {
      Map<String, Rounds.Measurement> turns = new LinkedHashMap<>();
      turns.put(rows(0), () -> session.verify(1));
      for (int drafts = 1; drafts <= MOST_DRAFTS; drafts++) {
        int rows = drafts + 1;
        turns.put(rows(drafts), () -> session.verify(rows));
      }
      String synthetic = "synthetic, k=" + DRAFTS;
      int[] accepted = accepted();
      turns.put(synthetic, () -> session.speculate(DRAFTS, accepted));

      report.section(
          "Verifying drafts at " + context + " entries: v(k) is a step of k + 1 rows, going back");
      Map<String, Samples> samples = rounds.measure(turns);
      Samples plain = samples.get(rows(0));
      for (Map.Entry<String, Samples> entry : samples.entrySet()) {
        boolean speculated = entry.getKey().equals(synthetic);
        Row row =
            Row.of(
                (speculated ? "decode at " : "verify at ") + context,
                speculated ? "ms/tok" : "ms",
                entry.getKey(),
                entry.getValue());
        report.add(entry.getKey().equals(rows(0)) ? row : row.versus(rows(0), plain));
      }
      report.note(
          String.format(
              Locale.ROOT,
              "'synthetic' accepts %.0f %% of free drafts, one by one, by a schedule. Computed from"
                  + " v(k) for the same acceptance; a draft model's token is assumed to cost %.1f of"
                  + " a step, a look-up nothing:",
              100 * ACCEPTANCE,
              DRAFT_COST));
      for (int drafts = 1; drafts <= MOST_DRAFTS; drafts++) {
        Samples cost = samples.get(rows(drafts));
        report.add(computed(context, drafts, cost, plain, 0, "look-up, k=" + drafts));
        report.add(computed(context, drafts, cost, plain, DRAFT_COST, "draft model, k=" + drafts));
      }
    }
  }

  private static String rows(int drafts) {
    return "v(" + drafts + ")";
  }

  /** The expected time of a token: Leviathan et al., "Fast inference … speculative decoding". */
  private static Row computed(
      int context, int drafts, Samples verify, Samples plain, double draftCost, String name) {
    double tokens = (1 - Math.pow(ACCEPTANCE, drafts + 1)) / (1 - ACCEPTANCE);
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < verify.values().size(); i++) {
      double drafting = drafts * draftCost * plain.values().get(i);
      values.add((verify.values().get(i) + drafting) / tokens);
    }
    return Row.of("computed, decode at " + context, "ms/tok", name, new Samples(values))
        .versus(rows(0), plain);
  }

  /**
   * How many drafts stay in each of some steps: each one as likely as assumed, up to the first that
   * doesn't. Quantiles in place of draws, so that few steps have the distribution's mean.
   */
  static int[] accepted() {
    int[] accepted = new int[SPECULATED_STEPS];
    for (int i = 0; i < accepted.length; i++) {
      double quantile = (i + 0.5) / accepted.length;
      while (accepted[i] < DRAFTS && quantile < Math.pow(ACCEPTANCE, accepted[i] + 1)) {
        accepted[i]++;
      }
    }
    return accepted;
  }
}

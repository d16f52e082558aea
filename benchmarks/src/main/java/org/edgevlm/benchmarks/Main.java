package org.edgevlm.benchmarks;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line. */
@Command(
    name = "benchmarks/run",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Measures speed and memory; see docs/benchmarks.md.")
public final class Main {

  private final PrintStream out;
  private final List<String> arguments;
  private final List<Row> rows = new ArrayList<>();

  Main(PrintStream out, String... arguments) {
    this.out = out;
    this.arguments = List.of(arguments);
  }

  /** Runs what the arguments say. */
  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.exit(new Main(out, arguments).run());
  }

  /** The exit code. */
  int run() {
    return new CommandLine(this).execute(arguments.toArray(String[]::new));
  }

  /** What was measured. */
  List<Row> rows() {
    return List.copyOf(rows);
  }

  private void report(Options options, BiConsumer<Options, Report> benchmark) {
    Report report = new Report(out, Circumstances.of(options.threads(), arguments));
    benchmark.accept(options, report);
    rows.addAll(report.rows());
    options.csv().ifPresent(report::writeCsv);
  }

  private static void fullSize(Options options, Report report) {
    ModelPair files = options.files();
    Workload workload = options.workload();
    Rounds rounds = new Rounds(options.rounds());
    int threads = options.threads();
    int rows = new EncodeBenchmark(files, threads, rounds, report).run(options.peers());
    new LanguageBenchmark(workload, files, rows, threads, rounds, report).run();
    JavaShare.measure(files, workload, rows, threads, report);
    report.section("One picture in a new process, from file to sentence");
    PeakMemory.measure(files, options.picture(), threads, report);
    language(options, files, rows, report);
  }

  private static void peer(Options options, Report report) {
    if (options.peers().isEmpty()) {
      noPeer(report);
      return;
    }
    ModelPair files = options.files();
    Rounds rounds = new Rounds(options.rounds());
    int rows = new EncodeBenchmark(files, options.threads(), rounds, report).run(options.peers());
    language(options, files, rows, report);
  }

  private static void language(Options options, ModelPair files, int rows, Report report) {
    List<Peer> peers = options.peers();
    if (peers.isEmpty()) {
      noPeer(report);
      return;
    }
    new PeerBenchmark(
            options.workload(),
            files,
            rows,
            options.threads(),
            new Rounds(options.rounds()),
            report)
        .run(peers);
  }

  private static void noPeer(Report report) {
    report.note("\nNo peer: --peer DIR names a build of llama.cpp to measure beside.");
  }

  private static void tiny(Options options, Report report) {
    ModelPair files = options.product();
    new TinyBenchmark(
            files, Pipeline.read(options.picture()), options.threads(), options.rounds(), report)
        .run();
  }

  @Command(
      name = "full-size",
      mixinStandardHelpOptions = true,
      description =
          "the shape of MobileVLM V2 1.7B with random weights, beside llama_decode, and"
              + " beside builds of llama.cpp where --peer names any")
  int fullSizeCommand(@Mixin Options options) {
    report(options, Main::fullSize);
    return 0;
  }

  @Command(
      name = "peer",
      mixinStandardHelpOptions = true,
      description = "the same shape, beside builds of llama.cpp alone")
  int peerCommand(@Mixin Options options) {
    report(options, Main::peer);
    return 0;
  }

  @Command(
      name = "optimisations",
      mixinStandardHelpOptions = true,
      description =
          "eviction, early exits and speculation at the shape of MobileVLM V2 1.7B, beside the"
              + " engine without them; exits and acceptance are synthetic")
  int optimisationsCommand(
      @Mixin Options options,
      @Option(
              names = "--contexts",
              paramLabel = "N",
              split = ",",
              description = "entries in the KV cache (default 64,184,500,1000,1500)")
          List<Integer> contexts) {
    report(
        options,
        (given, report) ->
            new OptimisationBenchmark(
                    given.workload(),
                    given.languageModel(),
                    given.threads(),
                    new Rounds(given.rounds()),
                    report)
                .run(contexts == null ? given.workload().contexts() : contexts));
    return 0;
  }

  @Command(
      name = "tiny",
      mixinStandardHelpOptions = true,
      description = "the default model, or the one of --lm and --mmproj, from picture to sentence")
  int tinyCommand(@Mixin Options options) {
    report(options, Main::tiny);
    return 0;
  }
}

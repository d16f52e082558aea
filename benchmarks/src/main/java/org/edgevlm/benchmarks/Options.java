package org.edgevlm.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What every benchmark takes. */
final class Options {

  private static final int MOST_THREADS = 512;

  /** The clone, which the script names; tests run in a folder of it. */
  private static final Path PROJECT = Path.of(System.getProperty("edgevlm.project", ".."));

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "threads that compute, of every contender; by default one a processor")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--rounds", paramLabel = "N", description = "turns of each contender (default 5)")
  private int rounds = 5;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "where generated models are kept (default benchmarks/target/models)")
  private Path models = PROJECT.resolve("benchmarks/target/models");

  @Option(
      names = "--lm",
      paramLabel = "FILE",
      description = "a language model of the shape, in place of a generated one")
  private Path languageModel;

  @Option(
      names = "--mmproj",
      paramLabel = "FILE",
      description = "an image encoder of the shape, in place of a generated one")
  private Path projector;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description = "the picture (default docs/images/scene.png)")
  private Path picture = PROJECT.resolve("docs/images/scene.png");

  @Option(
      names = "--peer",
      paramLabel = "DIR",
      description = "a build of llama.cpp with llama-bench and llama-mtmd-cli; repeatable")
  private List<Path> peers = new ArrayList<>();

  @Option(names = "--csv", paramLabel = "FILE", description = "write the table as CSV too")
  private Path csv;

  @Option(
      names = "--small",
      description = "models of a few hundred kilobytes, to see that everything runs")
  private boolean small;

  int threads() {
    if (threads < 1 || threads > MOST_THREADS) {
      throw new IllegalArgumentException("--threads is from 1 to " + MOST_THREADS);
    }
    return threads;
  }

  int rounds() {
    if (rounds < 1) {
      throw new IllegalArgumentException("--rounds is at least 1");
    }
    return rounds;
  }

  Path picture() {
    return picture;
  }

  Workload workload() {
    return small ? Workload.small() : Workload.fullSize();
  }

  /** The pair of the workload: as given, or generated. */
  ModelPair files() {
    Workload workload = workload();
    return new ModelPair(
        languageModel(), projector != null ? projector : ModelPair.projector(workload, models));
  }

  /** The workload's language model: as given, or generated. */
  Path languageModel() {
    return languageModel != null ? languageModel : ModelPair.languageModel(workload(), models);
  }

  /** The default model's pair, or what is given in its place. */
  ModelPair product() {
    Path folder = PROJECT.resolve("models/edgevlm-tiny");
    return new ModelPair(
        languageModel != null ? languageModel : folder.resolve("edgevlm-tiny.gguf"),
        projector != null ? projector : folder.resolve("edgevlm-tiny-mmproj.gguf"));
  }

  List<Peer> peers() {
    return peers.stream().map(folder -> new Peer(folder, picture)).toList();
  }

  Optional<Path> csv() {
    return Optional.ofNullable(csv);
  }
}

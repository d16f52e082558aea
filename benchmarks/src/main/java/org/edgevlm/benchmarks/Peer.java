package org.edgevlm.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A build of llama.cpp: its {@code llama-bench} and {@code llama-mtmd-cli}, as {@code
 * shared/peers/build-llamacpp.sh} makes them.
 */
final class Peer {

  /** What the program says of an image, in the versions that were met. */
  private static final Pattern ENCODED =
      Pattern.compile("(?:image slice encoded|mtmd batch encoding done) in (\\d+) ms");

  private final Path folder;
  private final Path picture;

  /**
   * @param folder with the programs
   * @param picture that is encoded
   */
  Peer(Path folder, Path picture) {
    this.folder = folder;
    this.picture = picture;
    for (String program : List.of("llama-bench", "llama-mtmd-cli")) {
      if (!Files.isExecutable(folder.resolve(program))) {
        throw new IllegalArgumentException(folder + " has no " + program);
      }
    }
  }

  /** {@code llama.cpp} with the name of the build's folder. */
  String name() {
    Path build = folder.toAbsolutePath().normalize();
    if (build.endsWith("bin")) {
      build = build.getParent();
    }
    return "llama.cpp " + build.getFileName();
  }

  /** Milliseconds that one image takes, as the peer says itself. */
  double encode(ModelPair files, int threads) {
    Processes.Output output =
        Processes.run(
            List.of(
                folder.resolve("llama-mtmd-cli").toString(),
                "-m",
                files.languageModel().toString(),
                "--mmproj",
                files.projector().toString(),
                "--image",
                picture.toString(),
                "--chat-template",
                "vicuna",
                "-p",
                "a",
                "-n",
                "1",
                "-t",
                String.valueOf(threads)));
    String text = output.out() + output.err();
    Matcher matcher = ENCODED.matcher(text);
    if (!matcher.find()) {
      throw new IllegalStateException("llama-mtmd-cli doesn't say how long it encoded:\n" + text);
    }
    return Double.parseDouble(matcher.group(1));
  }

  /** Milliseconds of a prompt of so many tokens. */
  double prefill(ModelPair files, int tokens, int threads) {
    return bench(files, threads, "-p", tokens, "-n", 0, 0) / 1e6;
  }

  /** Milliseconds of one of so many tokens after a prompt. */
  double decode(ModelPair files, int before, int tokens, int threads) {
    return bench(files, threads, "-n", tokens, "-p", 0, before) / 1e6 / tokens;
  }

  private double bench(
      ModelPair files, int threads, String test, int count, String off, int none, int depth) {
    List<String> command =
        new ArrayList<>(
            List.of(
                folder.resolve("llama-bench").toString(),
                "-m",
                files.languageModel().toString(),
                "-t",
                String.valueOf(threads),
                "-r",
                "1",
                "-o",
                "csv"));
    command.addAll(List.of(test, "" + count, off, "" + none, "-d", "" + depth));
    try (CSVParser parser =
        CSVParser.parse(
            Processes.run(command).out(),
            CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).build())) {
      for (CSVRecord record : parser) {
        return Double.parseDouble(record.get("avg_ns"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException("llama-bench printed no result");
  }
}

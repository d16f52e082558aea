package org.edgevlm.dist.fuzz;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs inputs in a process of their own. One that dies is started again behind the input that it
 * died of, so that one run finds them all.
 */
final class Campaign {

  /** Exit code of a worker that gave an input up. */
  static final int HUNG = 86;

  private static final int MOST_DEATHS = 20;

  private final Path distribution;
  private final Path folder;

  /** What a campaign came to: what broke the rules, with the input. */
  record Outcome(int inputs, List<String> findings) {}

  /**
   * @param folder for work files
   */
  Campaign(Path distribution, Path folder) {
    this.distribution = distribution;
    this.folder = folder;
  }

  /** Runs all inputs. */
  Outcome run(List<Input> inputs) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("inputs"), inputs.stream().map(Input::toString).toList());
    Files.deleteIfExists(folder.resolve("findings"));
    List<String> deaths = new ArrayList<>();
    int next = 0;
    while (next < inputs.size() && deaths.size() < MOST_DEATHS) {
      Files.writeString(folder.resolve("at"), "-1");
      int exit = worker(next).waitFor();
      int at = Integer.parseInt(Files.readString(folder.resolve("at")));
      if (at < next) {
        throw new AssertionError(
            "the worker ended with "
                + exit
                + " before the first input: "
                + Files.readString(folder.resolve("log-" + next)));
      }
      if (at < inputs.size() && exit != HUNG) {
        deaths.add("exit code " + exit + ", the process died of:\n" + inputs.get(at));
      } else if (at == inputs.size() && exit != 0) {
        deaths.add("exit code " + exit + " after the last input, " + inputs.get(at - 1));
      }
      next = at + 1;
    }
    List<String> findings = new ArrayList<>(deaths);
    if (next < inputs.size()) {
      findings.add("given up after " + MOST_DEATHS + " deaths, at input " + next);
    }
    findings.addAll(findings(inputs));
    return new Outcome(inputs.size(), findings);
  }

  private List<String> findings(List<Input> inputs) throws IOException {
    List<String> findings = new ArrayList<>();
    if (Files.exists(folder.resolve("findings"))) {
      for (String finding : Files.readString(folder.resolve("findings")).split("\n\n")) {
        String[] parts = finding.split("\n", 2);
        findings.add(inputs.get(Integer.parseInt(parts[0])) + "\n" + parts[1]);
      }
    }
    return findings;
  }

  /** The distribution's libraries and what makes inputs; not the plugins that a build may add. */
  private String classPath() {
    return Stream.concat(
            Stream.of(distribution.resolve("lib") + File.separator + "*"),
            Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith(".jar") || entry.contains("edgevlm-gguf")))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private Process worker(int first) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + folder.resolve("hs_err.log"),
            "-Dedgevlm.fuzz.seconds=" + Worker.SECONDS,
            "-cp",
            classPath(),
            Worker.class.getName(),
            distribution.toString(),
            folder.toString(),
            String.valueOf(first));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("log-" + first).toFile());
    builder.environment().put("GOMP_SPINCOUNT", "10000");
    return builder.start();
  }
}

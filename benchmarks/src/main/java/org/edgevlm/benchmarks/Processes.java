package org.edgevlm.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Other processes: the peer's programs, and what wants a Java process of its own. */
final class Processes {

  private Processes() {}

  /** What a process wrote. */
  record Output(String out, String err) {}

  /**
   * Runs a program to its end.
   *
   * @throws IllegalStateException if it fails, with the end of what it said
   */
  static Output run(List<String> command) {
    try {
      Path out = Files.createTempFile("edgevlm-benchmark", ".out");
      Path err = Files.createTempFile("edgevlm-benchmark", ".err");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        int status = process.waitFor();
        Output output = new Output(text(out), text(err));
        if (status != 0) {
          throw new IllegalStateException(
              String.join(" ", command) + " ended with " + status + ":\n" + output.err());
        }
        return output;
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't run " + command.get(0), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  /**
   * Runs a class's {@code main} in a Java process with this one's options and class path.
   *
   * @return the lines {@code name=number} that it prints
   */
  static Map<String, Double> java(Class<?> main, Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (option.startsWith("-X")) {
        command.add(option);
      }
    }
    command.addAll(
        List.of("-Djava.awt.headless=true", "-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Map<String, Double> numbers = new LinkedHashMap<>();
    run(command)
        .out()
        .lines()
        .map(line -> line.split("=", 2))
        .filter(parts -> parts.length == 2)
        .forEach(parts -> numbers.put(parts[0], Double.valueOf(parts[1])));
    return numbers;
  }
}

package org.edgevlm.plugin.llamacpp.jni;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;

/** Programs that tests start in a JVM of their own: to count, or to survive. */
public final class Probe {

  private Probe() {}

  /** What a program printed, and how it ended. */
  record Result(int status, String output) {}

  /** Runs a class with this class path. */
  static Result run(Class<?> main, List<String> options, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-XX:-CreateCoredumpOnCrash");
    command.add("-XX:ErrorFile=/dev/null");
    command.add("-Dedgevlm.models=" + System.getProperty("edgevlm.models", "../models"));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty(
                "surefire.real.class.path",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")))));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile("probe", ".txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!process.waitFor(540, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Result(-1, "timeout: " + Files.readString(output));
      }
      return new Result(process.exitValue(), Files.readString(output));
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new IOException(e);
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** Threads that a step started in a new process. */
  static long extraThreads(int threads) throws IOException {
    Result result = run(Probe.class, List.of(), String.valueOf(threads));
    String[] lines = result.output().strip().split("\n");
    return Long.parseLong(lines[lines.length - 1]);
  }

  private static long tasks() throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks
          .filter(
              task -> {
                try {
                  // The compute threads have the name of the thread that started them.
                  return Files.readString(task.resolve("comm")).startsWith("computing");
                } catch (IOException e) {
                  return false;
                }
              })
          .count();
    }
  }

  public static void main(String[] arguments) throws Exception {
    Thread thread =
        new Thread(
            () -> {
              try (LanguageModel model = Stock.open(Stock.MODEL, "threads", arguments[0]);
                  InferenceSession session = Stock.session(model)) {
                Stock.feed(session, 5, 6, 7, 8);
                System.out.println(tasks() - 1);
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            },
            "computing");
    thread.start();
    thread.join();
  }
}

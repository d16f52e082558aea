package org.edgevlm.dist.fuzz;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The process that may die. It runs the inputs of a file from a line on, writes the number of each
 * before it begins with it, and what broke the rules as it comes.
 *
 * <p>Arguments: the distribution, the work folder, the first line. In the folder: {@code inputs}
 * (read), {@code at} and {@code findings} (written).
 */
final class Worker {

  /**
   * Seconds of all processors together that an input may take: a process that doesn't answer is as
   * good as dead. As the machine may be busy with other things, time on the wall counts less.
   */
  static final long SECONDS = Long.getLong("edgevlm.fuzz.seconds", 20);

  private static final long WALL = 6;

  /** What the natives may hold at most: inputs are small. */
  private static final long MOST_MEMORY = 3L << 30;

  private final Path folder;
  private final Map<String, Driver> drivers = new HashMap<>();

  private Worker(Path distribution, Path folder) {
    this.folder = folder;
    Backends backends = new Backends(distribution, folder);
    Seeds seeds = new Seeds(folder, distribution);
    drivers.put("model", new ModelDriver(backends, seeds, folder));
    drivers.put("projector", new ProjectorDriver(backends, seeds, folder));
    drivers.put("session", new SessionDriver(backends, seeds));
    drivers.put("text", new TextDriver(backends, seeds, folder));
    drivers.put("template", new TemplateDriver(backends, seeds));
    drivers.put("grammar", new GrammarDriver(backends, seeds));
    drivers.put("config", new ConfigDriver(backends, seeds));
  }

  /** Started by {@link Campaign}. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[1]);
    new Worker(Path.of(arguments[0]), folder).run(Integer.parseInt(arguments[2]));
    // Not by falling off the end: a thread left behind would keep the process.
    System.exit(0);
  }

  private void run(int first) throws IOException, InterruptedException {
    List<String> lines = Files.readAllLines(folder.resolve("inputs"));
    for (int i = first; i < lines.size(); i++) {
      Files.writeString(folder.resolve("at"), String.valueOf(i));
      long start = System.nanoTime();
      run(i, Input.parse(lines.get(i)));
      long millis = (System.nanoTime() - start) / 1_000_000;
      if (millis > 1000) {
        System.out.println(millis + " ms: " + lines.get(i));
      }
    }
    Files.writeString(folder.resolve("at"), String.valueOf(lines.size()));
  }

  private void run(int index, Input input) throws IOException, InterruptedException {
    Throwable[] thrown = new Throwable[1];
    Thread thread =
        new Thread(
            () -> {
              try {
                drivers.get(input.kind()).run(input.line());
              } catch (Throwable e) {
                thrown[0] = e;
              }
            },
            "input " + index);
    thread.setDaemon(true);
    thread.start();
    long until = processorSeconds() + SECONDS;
    long wall = System.nanoTime() + WALL * SECONDS * 1_000_000_000;
    while (thread.isAlive() && processorSeconds() < until && System.nanoTime() < wall) {
      thread.join(500);
    }
    if (thread.isAlive()) {
      StringBuilder where = new StringBuilder("more than " + SECONDS + " s");
      for (StackTraceElement frame : thread.getStackTrace()) {
        where.append("\n\tat ").append(frame);
      }
      report(index, where.toString());
      // Native code can't be interrupted.
      Runtime.getRuntime().halt(Campaign.HUNG);
    }
    if (thrown[0] != null) {
      StringWriter text = new StringWriter();
      thrown[0].printStackTrace(new PrintWriter(text));
      report(index, text.toString());
    }
    if (residentBytes() > MOST_MEMORY) {
      report(index, "the process holds " + residentBytes() + " bytes");
      Runtime.getRuntime().halt(Campaign.HUNG);
    }
  }

  private static long processorSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toSeconds();
  }

  private static long residentBytes() throws IOException {
    String pages = Files.readString(Path.of("/proc/self/statm")).split(" ")[1];
    return Long.parseLong(pages) * 4096;
  }

  private void report(int index, String what) throws IOException {
    Files.writeString(
        folder.resolve("findings"),
        index + "\n" + what.strip() + "\n\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}

package org.edgevlm.dist;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a built program as its users do: as a process, by its script. */
final class Program {

  /** The clone that this is built in. */
  static final Path PROJECT = path("edgevlm.project");

  /** The distribution as a folder. */
  static final Path DISTRIBUTION = path("edgevlm.distribution");

  /** The distribution as an archive. */
  static final Path ARCHIVE = path("edgevlm.archive");

  /** A folder of pictures that the default model never saw. */
  static final Path SCENES = PROJECT.resolve("models/edgevlm-tiny/heldout/unseen");

  private static final long TIMEOUT_SECONDS = 180;

  private final Path script;
  private final Map<String, String> environment = new HashMap<>();
  private Path folder = Path.of("").toAbsolutePath();
  private boolean emptyEnvironment;
  private ProcessBuilder.Redirect log = ProcessBuilder.Redirect.INHERIT;
  private long seconds = TIMEOUT_SECONDS;

  private Program(Path script) {
    this.script = script;
  }

  private static Path path(String property) {
    String value = System.getProperty(property);
    if (value == null) {
      throw new IllegalStateException("run by Maven, which sets " + property);
    }
    return Path.of(value).toAbsolutePath().normalize();
  }

  /** The distribution's program. */
  static Program edgevlm() {
    return of(DISTRIBUTION.resolve("bin/edgevlm"));
  }

  /** Any script. */
  static Program of(Path script) {
    return new Program(script);
  }

  /** With an environment variable. */
  Program with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** With no environment but what {@link #with} gives. */
  Program withEmptyEnvironment() {
    emptyEnvironment = true;
    return this;
  }

  /** With as many seconds to end as this. */
  Program within(long newSeconds) {
    seconds = newSeconds;
    return this;
  }

  /** Called from a folder. */
  Program in(Path newFolder) {
    folder = newFolder;
    return this;
  }

  /** With its standard error in a file, once it is started. */
  Program logTo(Path file) {
    log = ProcessBuilder.Redirect.to(file.toFile());
    return this;
  }

  /** Starts it; standard error goes to where this process's goes, unless it has a file. */
  Process start(String... arguments) throws IOException {
    return builder(arguments).redirectError(log).start();
  }

  private ProcessBuilder builder(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(script.toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    if (emptyEnvironment) {
      builder.environment().clear();
    }
    builder.environment().putAll(environment);
    return builder;
  }

  /** Runs it to its end. */
  Result run(String... arguments) throws IOException, InterruptedException {
    Process process = builder(arguments).start();
    process.getOutputStream().close();
    CompletableFuture<String> out = read(process.getInputStream());
    CompletableFuture<String> err = read(process.getErrorStream());
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running after " + seconds + " s: " + List.of(arguments));
    }
    return new Result(process.exitValue(), out.join(), err.join());
  }

  private static CompletableFuture<String> read(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /**
   * A home that shares the distribution's libraries, plugins and models, where a test can add what
   * it likes.
   */
  static Path homeLikeTheDistribution(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("bin"));
    Files.createDirectories(folder.resolve("plugins"));
    Files.copy(
        DISTRIBUTION.resolve("bin/edgevlm"),
        folder.resolve("bin/edgevlm"),
        StandardCopyOption.COPY_ATTRIBUTES);
    for (String shared : List.of("lib", "conf", "models")) {
      Files.createSymbolicLink(folder.resolve(shared), DISTRIBUTION.resolve(shared));
    }
    try (Stream<Path> plugins = Files.list(DISTRIBUTION.resolve("plugins"))) {
      for (Path plugin : plugins.toList()) {
        Files.createSymbolicLink(folder.resolve("plugins").resolve(plugin.getFileName()), plugin);
      }
    }
    return folder;
  }

  /**
   * What a run came to.
   *
   * @param exitCode the process's exit code
   * @param out standard output
   * @param err standard error
   */
  record Result(int exitCode, String out, String err) {

    /** This, if it ended with an exit code. */
    Result expect(int expected) {
      if (exitCode != expected) {
        throw new AssertionError("exit code " + exitCode + ", expected " + expected + "\n" + this);
      }
      return this;
    }
  }
}

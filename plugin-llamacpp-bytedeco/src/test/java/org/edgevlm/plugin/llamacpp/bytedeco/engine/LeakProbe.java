package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.plugin.llamacpp.bytedeco.random.RandomModel;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;

/**
 * Opens and closes many times, and prints by how many KiB the process's own memory and its address
 * space grew meanwhile. Run by {@link LifeCycleTest} in a process of its own.
 */
final class LeakProbe {

  /** KiB; a series that leaves a region, a graph or a file behind each time grows by more. */
  static final long SETTLED = 3000;

  private LeakProbe() {}

  public static void main(String[] args) throws IOException {
    int[] tokens = Engine.tokens(60, 200, 400);
    try (EngineModel model = Engine.open(Engine.plainFile())) {
      measure(
          "sessions",
          100,
          () -> {
            try (InferenceSession session = model.openSession(Engine.OBSERVED)) {
              session.step(tokens, 0, 200, Outputs.ALL);
              Engine.step(session, 5);
            }
          });
    }
    RandomModel large =
        new RandomModel().layers(1).width(256, 512).vocabulary(2000).type(GgufType.F16);
    Path file = Engine.file("large", large);
    measure(
        "models",
        20,
        () -> {
          try (EngineModel model = Engine.open(file);
              InferenceSession session = model.openSession(SessionOptions.DEFAULT)) {
            Engine.step(session, 5);
          }
        });
    GgufFile checked = GgufFile.open(file);
    LoadProgress enough =
        (done, total) -> {
          throw new UnsupportedOperationException("enough");
        };
    measure(
        "given up",
        20,
        () -> {
          try {
            new EngineModel(checked, Engine.DEFAULTS, Engine.COMPUTE, enough).close();
          } catch (UnsupportedOperationException e) {
            return;
          }
          throw new IllegalStateException("loading went on");
        });
  }

  /**
   * Prints the least growth of several series: what settles in the first ones doesn't count, and a
   * leak is in each.
   */
  private static void measure(String what, int rounds, Runnable once) throws IOException {
    long resident = Long.MAX_VALUE;
    long reserved = Long.MAX_VALUE;
    for (int series = 0; series < 8 && Math.max(resident, reserved) > SETTLED; series++) {
      long residentBefore = status("RssAnon");
      long reservedBefore = status("VmSize");
      for (int i = 0; i < rounds; i++) {
        once.run();
      }
      System.gc();
      resident = Math.min(resident, status("RssAnon") - residentBefore);
      reserved = Math.min(reserved, status("VmSize") - reservedBefore);
    }
    System.out.println(what + ": resident " + resident);
    System.out.println(what + ": reserved " + reserved);
  }

  private static long status(String key) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(key + ":")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("no " + key);
  }
}

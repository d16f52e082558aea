package org.edgevlm.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.edgevlm.spi.Spi;
import org.junit.jupiter.api.Test;

/**
 * Compares the SPI with its last release, which {@code edgevlm-spi/api} has as text. A STABLE line
 * that is gone, and a new abstract method of a STABLE type, break compiled plugins: undo that, or
 * raise {@link Spi#VERSION}, or add the line with a reason to {@code allowed-breaks.txt}.
 *
 * <p>At a release: {@code mvn test -pl architecture-tests -Dtest=SpiSignatureTest
 * -Dspi.signatures=write}, which writes the file of the parent pom's version anew.
 */
class SpiSignatureTest {

  private static final Path FOLDER = Modules.PROJECT.resolve("edgevlm-spi/api");
  private static final String VERSION_LINE = "# Spi.VERSION ";
  private static final String STABLE = "STABLE ";

  @Test
  void nothingStableHasChanged() throws IOException {
    Set<String> now = Signatures.of(Modules.classes("edgevlm-spi"));
    assertTrue(now.size() > 300, now.size() + " signatures");
    if ("write".equals(System.getProperty("spi.signatures"))) {
      write(now);
    }
    List<String> lines = Files.readAllLines(latest());
    int version = Integer.parseInt(lines.get(0).substring(VERSION_LINE.length()));
    Set<String> released = new TreeSet<>(lines.subList(1, lines.size()));
    assertTrue(released.size() > 300, released.size() + " signatures in " + latest());
    if (version == Spi.VERSION) {
      assertEquals(
          List.of(),
          breaks(released, now, allowed()),
          "breaks since "
              + latest()
              + ": undo them, or raise Spi.VERSION, or list them in "
              + FOLDER.resolve("allowed-breaks.txt"));
    }
  }

  /** What would stop a plugin that was compiled against the released signatures. */
  static List<String> breaks(Set<String> released, Set<String> now, Set<String> allowed) {
    List<String> breaks = new ArrayList<>();
    for (String line : released) {
      // A line that has become stable is the same to a plugin.
      if (line.startsWith(STABLE) && !now.contains(line)) {
        breaks.add("gone: " + line);
      }
    }
    Set<String> types =
        released.stream()
            .filter(line -> line.startsWith(STABLE) && !line.contains("#"))
            .map(line -> line.split(" ")[1])
            .collect(Collectors.toSet());
    for (String line : now) {
      boolean demands = line.contains("#") && line.endsWith(" abstract");
      if (demands && !contains(released, line) && types.contains(line.split("[ #]")[1])) {
        breaks.add("new and abstract: " + line);
      }
    }
    breaks.removeIf(line -> allowed.contains(line.substring(line.indexOf(": ") + 2)));
    return breaks;
  }

  private static boolean contains(Set<String> released, String line) {
    String member = line.substring(line.indexOf(' '));
    return released.stream().anyMatch(old -> old.endsWith(member));
  }

  private static Path latest() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(file -> file.getFileName().toString().matches("edgevlm-spi-[0-9.]+\\.txt"))
          .max(Path::compareTo)
          .orElseThrow(() -> new IOException("no signature file in " + FOLDER));
    }
  }

  private static Set<String> allowed() throws IOException {
    return Files.readAllLines(FOLDER.resolve("allowed-breaks.txt")).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .collect(Collectors.toSet());
  }

  private static void write(Set<String> now) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(VERSION_LINE + Spi.VERSION);
    lines.addAll(now);
    Files.createDirectories(FOLDER);
    Files.write(
        FOLDER.resolve("edgevlm-spi-" + System.getProperty("edgevlm.version") + ".txt"), lines);
  }

  @Test
  void breaksAreFound() {
    String type = "STABLE org.a.T interface abstract";
    String method = "STABLE org.a.T#m(I)V abstract";
    String trial = "EXPERIMENTAL org.a.T#t()V";
    Set<String> released = Set.of(type, method, trial);
    assertEquals(List.of(), breaks(released, released, Set.of()));
    assertEquals(List.of(), breaks(released, Set.of(type, method), Set.of()), "not stable yet");
    assertEquals(List.of("gone: " + method), breaks(released, Set.of(type, trial), Set.of()));
    String more = "STABLE org.a.T#n()V abstract";
    assertEquals(
        List.of("new and abstract: " + more),
        breaks(released, Set.of(type, method, trial, more), Set.of()));
    assertEquals(
        List.of(), breaks(released, Set.of(type, method, trial, more), Set.of(more)), "allowed");
    String helper = "STABLE org.a.T#n()V";
    assertEquals(
        List.of(), breaks(released, Set.of(type, method, trial, helper), Set.of()), "a default");
  }
}

package org.edgevlm.runtime.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.edgevlm.spi.EdgeVlmException;

/**
 * Private folders of plugins, in one temporary folder of this process that is made with the first
 * of them and removed when the program ends: native libraries loaded from there stay in use until
 * then.
 */
final class WorkDirectories {

  private static Path root;

  private WorkDirectories() {}

  /** A new empty folder. */
  static synchronized Path create(String plugin) {
    try {
      if (root == null) {
        // Only the owner may look inside.
        Path folder = Files.createTempDirectory("edgevlm-");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder), "edgevlm-cleanup"));
        root = folder;
      }
      return Files.createTempDirectory(root, plugin + "-");
    } catch (IOException e) {
      throw new EdgeVlmException(
          "cannot make a temporary folder for plugin '"
              + plugin
              + "' in "
              + System.getProperty("java.io.tmpdir"),
          e);
    }
  }

  /** Removes a folder with what is in it, as far as that can be removed. */
  static void remove(Path folder) {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    } catch (IOException e) {
      return;
    }
    for (Path path : paths) {
      try {
        Files.delete(path);
      } catch (IOException e) {
        // A library in use on Windows: the temporary folder keeps it.
      }
    }
  }
}

package org.edgevlm.dist;

import java.nio.file.Files;
import java.nio.file.Path;

/** The machine's own commands. */
final class Tools {

  private Tools() {}

  /** Where a command lies on this machine. */
  static Path find(String command) {
    for (String folder : System.getenv("PATH").split(":")) {
      Path candidate = Path.of(folder, command);
      if (Files.isExecutable(candidate)) {
        return candidate;
      }
    }
    throw new AssertionError("this test needs the command " + command);
  }
}

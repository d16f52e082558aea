package org.edgevlm.app.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.edgevlm.app.score.Scorer;

/** Where pictures with known answers lie. */
final class HeldOut {

  private static final Path DEFAULT = Path.of("models", "edgevlm-tiny", "heldout");

  private HeldOut() {}

  /** The folders with scenes below those given; below the default model's where none are. */
  static List<Path> folders(List<Path> given, Installation installation) {
    if (given.isEmpty()) {
      Path installed = installation.home().resolve(DEFAULT);
      return Scorer.foldersIn(Files.isDirectory(DEFAULT) ? DEFAULT : installed);
    }
    return given.stream().flatMap(folder -> Scorer.foldersIn(folder).stream()).toList();
  }
}

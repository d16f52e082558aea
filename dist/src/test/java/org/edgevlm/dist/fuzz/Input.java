package org.edgevlm.dist.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One thing to do to the backends.
 *
 * @param kind the corpus that it belongs to: the file {@code dist/src/test/fuzz/KIND.txt}
 * @param line what its {@link Driver} runs
 */
record Input(String kind, String line) {

  /** All kinds, in the order in which their corpora are run. */
  static final List<String> KINDS =
      List.of("model", "projector", "session", "text", "template", "grammar", "config");

  /** The committed inputs; empty lines and those that begin with # are none. */
  static List<Input> corpora(Path folder) throws IOException {
    List<Input> inputs = new ArrayList<>();
    for (String kind : KINDS) {
      for (String line : Files.readAllLines(folder.resolve(kind + ".txt"))) {
        if (!line.isBlank() && !line.startsWith("#")) {
          inputs.add(new Input(kind, line));
        }
      }
    }
    return inputs;
  }

  /** As a report and {@link #parse} have it. */
  @Override
  public String toString() {
    return kind + ": " + line;
  }

  /** The opposite of {@link #toString}. */
  static Input parse(String text) {
    String[] parts = text.split(": ", 2);
    return new Input(parts[0], parts[1]);
  }
}

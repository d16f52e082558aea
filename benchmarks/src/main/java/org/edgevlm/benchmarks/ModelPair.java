package org.edgevlm.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A language model's file and its image encoder's.
 *
 * @param languageModel GGUF
 * @param projector mmproj GGUF
 */
record ModelPair(Path languageModel, Path projector) {

  private interface Writer {
    Path write(Path file) throws IOException;
  }

  /** A workload's language model in a folder; written with random weights where it isn't there. */
  static Path languageModel(Workload workload, Path folder) {
    return generated(folder.resolve(workload.name() + ".gguf"), workload.model()::write);
  }

  /** A workload's image encoder in a folder; written with random weights where it isn't there. */
  static Path projector(Workload workload, Path folder) {
    return generated(folder.resolve(workload.name() + "-mmproj.gguf"), workload.projector()::write);
  }

  private static Path generated(Path file, Writer writer) {
    if (Files.exists(file)) {
      return file;
    }
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      System.err.println("writing " + file + " with random weights");
      // Under another name until it is complete.
      Path part = file.resolveSibling(file.getFileName() + ".part");
      writer.write(part);
      return Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("can't write " + file, e);
    }
  }
}

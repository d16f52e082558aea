package org.edgevlm.dist.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.gguf.writer.GgufWriter;
import org.edgevlm.gguf.writer.TinyModels;
import org.edgevlm.gguf.writer.TinyVocabulary;

/** Right model files, by name. */
final class Seeds {

  /** Language models. */
  static final List<String> MODELS = List.of("llama", "words", "bpe", "default");

  /** Image encoders. */
  static final List<String> PROJECTORS = List.of("mlp", "ldp", "ldpv2", "siglip", "default-image");

  private final Path folder;
  private final Path distribution;
  private final Map<String, byte[]> files = new HashMap<>();

  /**
   * @param folder where files are written
   * @param distribution whose default model is a seed too
   */
  Seeds(Path folder, Path distribution) {
    this.folder = folder;
    this.distribution = distribution;
  }

  /** A seed's bytes. */
  byte[] file(String name) {
    return files.computeIfAbsent(name, this::make);
  }

  /** A seed as a file. */
  Path path(String name) {
    try {
      return name.startsWith("default")
          ? defaultFile(name.equals("default-image"))
          : Files.write(folder.resolve(name + ".gguf"), file(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] make(String name) {
    try {
      if (name.startsWith("default")) {
        return Files.readAllBytes(defaultFile(name.equals("default-image")));
      }
      GgufWriter writer =
          switch (name) {
            case "llama" -> TinyModels.llama();
            case "words" -> words();
            case "bpe" -> TinyModels.bytePairs();
            case "mlp" -> TinyModels.mlp();
            case "ldp" -> TinyModels.ldp();
            case "ldpv2" -> TinyModels.ldpv2();
            case "siglip" -> TinyModels.siglip(2);
            default -> throw new AssertionError("no seed " + name);
          };
      return Files.readAllBytes(writer.write(folder.resolve("seed-" + name + ".gguf")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The llama model with a vocabulary that can write, for grammars. */
  private static GgufWriter words() {
    GgufWriter writer = TinyModels.llama();
    int size = 512;
    TinyVocabulary.write(writer, size);
    writer.zeros("token_embd.weight", GgufType.F16, TinyModels.WIDTH, size);
    return writer.zeros("output.weight", GgufType.F16, TinyModels.WIDTH, size);
  }

  private Path defaultFile(boolean image) throws IOException {
    try (Stream<Path> found = Files.walk(distribution.resolve("models"))) {
      return found
          .filter(file -> file.toString().endsWith(".gguf"))
          .filter(file -> file.getFileName().toString().contains("mmproj") == image)
          .sorted()
          .findFirst()
          .orElseThrow(() -> new AssertionError("no default model in " + distribution));
    }
  }
}

package org.edgevlm.dist.fuzz;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.ModelFiles;
import org.edgevlm.spi.inference.Tokenizer;

/** A user's text through tokenizers: {@code words TEXT}, or a pre-tokenizer's name and a text. */
final class TextDriver implements Driver {

  private final Backends backends;
  private final Seeds seeds;
  private final Path file;

  TextDriver(Backends backends, Seeds seeds, Path folder) {
    this.backends = backends;
    this.seeds = seeds;
    file = folder.resolve("vocabulary.gguf");
  }

  @Override
  public void run(String line) throws Exception {
    String[] parts = line.split(" ", 2);
    String recipe =
        parts[0].equals("words") ? "words" : "bpe | set tokenizer.ggml.pre str " + parts[0];
    String text = Texts.decode(parts.length < 2 ? "" : parts[1]);
    byte[] bytes = Recipe.cook(seeds, recipe);
    for (InferenceBackendProvider provider : backends.all()) {
      Files.deleteIfExists(file);
      ModelFiles files = new ModelFiles(Files.write(file, bytes), Optional.empty());
      try (InferenceBackend backend = backends.open(provider, Map.of("threads", "1"));
          LanguageModel model = backend.load(files, LoadProgress.NONE)) {
        encode(provider.id() + ": ", model.tokenizer(), text);
      }
    }
  }

  private static void encode(String id, Tokenizer tokenizer, String text) {
    for (boolean special : new boolean[] {false, true}) {
      int[] tokens = Calls.attempt(id + "encode", () -> tokenizer.encode(text, special));
      for (int token : tokens == null ? new int[0] : tokens) {
        Calls.require(
            token >= 0 && token < tokenizer.size(), id + "encode gave the token " + token);
      }
    }
    for (int token : new int[] {-1, tokenizer.size(), Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      Calls.attempt(id + "piece", () -> tokenizer.piece(token));
      Calls.attempt(id + "isEndOfGeneration", () -> tokenizer.isEndOfGeneration(token));
    }
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.vocab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.gguf.writer.GgufWriter;
import org.edgevlm.gguf.writer.TinyVocabulary;
import org.edgevlm.plugin.llamacpp.bytedeco.random.RandomModel;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.LlamaShape;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.inference.ModelFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A vocabulary that llama.cpp rejects is a typed error, by our checks or by its own refusal. */
class RefusedVocabularyTest {

  @TempDir Path folder;

  private static final String T = "tokenizer.ggml.";
  private static final Map<String, Consumer<GgufWriter>> BROKEN = new LinkedHashMap<>();

  static {
    BROKEN.put("no model", w -> w.remove(T + "model"));
    BROKEN.put("unknown model", w -> w.string(T + "model", "abacus"));
    BROKEN.put("no tokens", w -> w.remove(T + "tokens"));
    BROKEN.put("too few tokens", w -> w.strings(T + "tokens", TinyVocabulary.tokens(399)));
    BROKEN.put("tokens of another type", w -> w.int32s(T + "tokens", new int[400]));
    BROKEN.put("a token twice", w -> w.strings(T + "tokens", with("a", "b")));
    BROKEN.put("no byte tokens", w -> w.strings(T + "tokens", with("<0x41>", "\u2581x41")));
    BROKEN.put("too few scores", w -> w.float32s(T + "scores", new float[399]));
    BROKEN.put("types as floats", w -> w.float32s(T + "token_type", new float[400]));
    BROKEN.put("end outside", w -> w.uint32(T + "eos_token_id", 400));
    BROKEN.put("begin outside", w -> w.uint32(T + "bos_token_id", 0xffffffffL));
    BROKEN.put("flag as text", w -> w.string(T + "add_bos_token", "yes"));
    BROKEN.put(
        "unknown pre-tokenizer",
        w -> w.string(T + "model", "gpt2").strings(T + "merges", List.of()).string(T + "pre", "x"));
    BROKEN.put("byte pairs without merges", w -> w.string(T + "model", "gpt2"));
  }

  private static List<String> with(String token, String replacement) {
    List<String> tokens = new ArrayList<>(TinyVocabulary.tokens(400));
    tokens.set(tokens.indexOf(token), replacement);
    return tokens;
  }

  static Set<String> broken() {
    return BROKEN.keySet();
  }

  @ParameterizedTest
  @MethodSource("broken")
  void brokenVocabulariesAreRefused(String name) throws IOException {
    GgufWriter writer = new RandomModel().layers(1).writer();
    BROKEN.get(name).accept(writer);
    Path file = writer.write(folder.resolve("broken.gguf"));
    ModelFormatException refusal =
        assertThrows(
            ModelFormatException.class,
            () -> {
              LlamaShape.of(GgufFile.open(file));
              new GgufTokenizer(GgufFile.open(file), Optional.empty()).close();
            });
    assertTrue(refusal.getMessage().contains("broken.gguf"), refusal.getMessage());
  }

  @Test
  void whatLlamaCppCannotLoadIsRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("text.gguf"), "no model");
    assertThrows(
        ModelFormatException.class, () -> new GgufTokenizer(GgufFile.open(text), Optional.empty()));
    Path other =
        new GgufWriter("no-such-architecture")
            .zeros("a", GgufType.F32, 1)
            .write(folder.resolve("other.gguf"));
    assertThrows(
        ModelFormatException.class,
        () -> new GgufTokenizer(GgufFile.open(other), Optional.empty()));
    Path missing = folder.resolve("missing.gguf");
    assertThrows(
        ModelFormatException.class,
        () -> new GgufTokenizer(GgufFile.open(missing), Optional.empty()));
  }

  /** llama.cpp throws where no token stands for a byte, and real vocabularies have them all. */
  @Test
  void textWithoutTokensIsATypedError() throws IOException {
    GgufWriter writer = new RandomModel().layers(1).writer();
    int[] types = new int[400];
    for (int i = 0; i < types.length; i++) {
      types[i] = i == 0 ? 2 : i < 3 ? 3 : i > 3 && i < 259 ? 6 : 1;
    }
    writer.strings(T + "tokens", with("<0x00>", "\u2581zero")).int32s(T + "token_type", types);
    Path file = writer.write(folder.resolve("no-nul.gguf"));
    try (GgufTokenizer tokenizer = new GgufTokenizer(GgufFile.open(file), Optional.empty())) {
      assertThrows(EdgeVlmException.class, () -> tokenizer.encode("a\0b", false));
      assertEquals(1, tokenizer.encode("the", false).length);
    }
  }

  /** One character may take more tokens than it has bytes where no token stands for a space. */
  @Test
  void aVocabularyWithoutASpaceWritesItsBytes() throws IOException {
    GgufWriter writer = new RandomModel().layers(1).writer();
    writer.strings(T + "tokens", with("\u2581", "\u2581space"));
    Path file = writer.write(folder.resolve("no-space.gguf"));
    try (GgufTokenizer tokenizer = new GgufTokenizer(GgufFile.open(file), Optional.empty())) {
      assertEquals(3 * 101, tokenizer.encode(" ".repeat(100), false).length);
    }
  }
}

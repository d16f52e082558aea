package org.edgevlm.plugin.llamacpp.jni;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.edgevlm.gguf.writer.GgufWriter;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.ModelFormatException;
import org.edgevlm.spi.inference.Outputs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of a session, with models of several architectures. */
class ArchitectureTest {

  @TempDir Path folder;

  private static int[] prompt(int count) {
    return new Random(5).ints(count, 3, RandomModels.TOKENS).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "qwen2", "internlm2", "gemma2", "phi3", "gpt2", "starcoder2"})
  void piecesAreTheWholeAndRewindIsFresh(String architecture) {
    int[] tokens = prompt(90);
    try (LanguageModel model = Stock.open(RandomModels.file(folder, architecture));
        InferenceSession whole = Stock.session(model);
        InferenceSession pieces = Stock.session(model)) {
      assertEquals(architecture, model.info().architecture());
      float[][] expected = Stock.rows(whole.step(tokens, 0, tokens.length, Outputs.ALL));
      assertEquals(tokens.length, expected.length);
      // Past what is fed, so that a rewind that does nothing shows.
      pieces.step(tokens, 0, 40, Outputs.NONE);
      pieces.step(tokens, 3, 20, Outputs.NONE);
      pieces.rewind(40);
      for (int i = 40; i < 60; i++) {
        float[] row = Stock.row(pieces.step(tokens, i, 1, Outputs.LAST), 0);
        close(expected[i], row, architecture + " token " + i);
      }
      float[] last = Stock.row(pieces.step(tokens, 60, 30, Outputs.LAST), 0);
      close(expected[89], last, architecture + " last");
      assertTrue(Stock.difference(expected[89], expected[88]) > 0.1, "the model is alive");
    }
  }

  private static void close(float[] expected, float[] actual, String what) {
    float difference = Stock.difference(expected, actual);
    assertTrue(difference < 0.02, what + " differs by " + difference);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "qwen2", "phi3", "starcoder2"})
  void rowsOfAnImageStandForTokens(String architecture) throws IOException {
    // A token's own row, fed as an image, must do what the token does.
    GgufWriter writer = RandomModels.of(architecture);
    float[] embedding = new float[RandomModels.WIDTH * RandomModels.TOKENS];
    Random random = new Random(3);
    for (int i = 0; i < embedding.length; i++) {
      embedding[i] = (float) random.nextGaussian();
    }
    writer.floats("token_embd.weight", embedding, RandomModels.WIDTH, RandomModels.TOKENS);
    int[] tokens = prompt(30);
    ImageEmbedding image = ImageEmbedding.allocate(20, RandomModels.WIDTH);
    for (int i = 0; i < 20; i++) {
      image.data().put(i * RandomModels.WIDTH, embedding, tokens[5 + i] * RandomModels.WIDTH, 128);
    }
    Path file = writer.write(folder.resolve("image.gguf"));
    try (LanguageModel model = Stock.open(file, "batch", 8);
        InferenceSession text = Stock.session(model);
        InferenceSession picture = Stock.session(model)) {
      float[][] expected = Stock.rows(text.step(tokens, 0, 30, Outputs.ALL));
      picture.step(tokens, 0, 5, Outputs.NONE);
      float[][] rows = Stock.rows(picture.step(image, Outputs.ALL));
      assertEquals(20, rows.length);
      for (int i = 0; i < 20; i++) {
        close(expected[5 + i], rows[i], "row " + i);
      }
      picture.rewind(5);
      close(expected[24], Stock.row(picture.step(image, Outputs.LAST), 0), "last row");
      assertEquals(25, picture.position());
      close(expected[29], Stock.row(picture.step(tokens, 25, 5, Outputs.LAST), 0), "after it");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mamba",
        "rwkv6",
        "rwkv6qwen2",
        "rwkv7",
        "arwkv7",
        "bert",
        "nomic-bert",
        "jina-bert-v2",
        "t5",
        "t5encoder",
        "wavtokenizer-dec",
        "gptj",
        "qwen2vl",
        "gemma3",
        "clip",
        "no-such"
      })
  void refusesWhatCantStepOrRewind(String architecture) throws IOException {
    Path file =
        RandomModels.of("llama")
            .string("general.architecture", architecture)
            .write(folder.resolve("x"));
    ModelFormatException e =
        assertThrows(ModelFormatException.class, () -> Stock.open(file).close());
    assertTrue(e.getMessage().contains(architecture), e.getMessage());
  }

  @Test
  void learnedPositionsEndWhereTheModelDoes() {
    Path file = RandomModels.file(folder, "gpt2");
    PluginException longer =
        assertThrows(PluginException.class, () -> Stock.open(file, "context_length", 513).close());
    assertTrue(longer.getMessage().contains("at most 512"), longer.getMessage());
    PluginException shift =
        assertThrows(PluginException.class, () -> Stock.open(file, "context_shift", true).close());
    assertTrue(shift.getMessage().contains("context_shift"), shift.getMessage());
  }

  @Test
  void describesTheModel() {
    try (LanguageModel model = Stock.open(RandomModels.file(folder, "qwen2"))) {
      assertEquals("random-qwen2", model.info().name());
      assertArrayEquals(
          new int[] {2, 128, 4, 2, 32, 400, 512},
          new int[] {
            model.info().layers(),
            model.info().width(),
            model.info().heads(),
            model.info().kvHeads(),
            model.info().headWidth(),
            model.info().vocabularySize(),
            model.info().contextLength()
          });
    }
  }
}

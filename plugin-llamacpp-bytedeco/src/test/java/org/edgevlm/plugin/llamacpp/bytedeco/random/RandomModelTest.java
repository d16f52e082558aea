package org.edgevlm.plugin.llamacpp.bytedeco.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.LlamaShape;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.RopeScaling;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape;
import org.edgevlm.plugin.llamacpp.bytedeco.stock.StockModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The models that other tests and the benchmarks are made of. */
class RandomModelTest {

  @TempDir Path folder;

  @Test
  void theSameDescriptionGivesTheSameBytes() throws IOException {
    Path a = new RandomModel().type(GgufType.Q8_0).write(folder.resolve("a.gguf"));
    Path b = new RandomModel().type(GgufType.Q8_0).write(folder.resolve("b.gguf"));
    Path c = new RandomModel().type(GgufType.Q8_0).seed(8).write(folder.resolve("c.gguf"));
    assertEquals(-1, Files.mismatch(a, b));
    assertFalse(Files.mismatch(a, c) < 0);
  }

  @Test
  void everythingAskedForIsInTheFile() throws IOException {
    RandomModel model =
        new RandomModel()
            .layers(2)
            .width(96, 224)
            .heads(6, 3)
            .headWidth(20)
            .vocabulary(410)
            .context(333)
            .tiedHead()
            .biases()
            .ropeBase(5e5f)
            .ropeScaling("yarn", 2, 111)
            .ropeFactors()
            .exitLayers(1);
    GgufFile file = GgufFile.open(model.write(folder.resolve("all.gguf")));
    RopeScaling yarn = new RopeScaling(RopeScaling.Type.YARN, 2, 111, 1);
    assertEquals(
        new LlamaShape(
            2, 96, 224, 6, 3, 20, 20, 5e5f, yarn, true, 1e-5f, 333, 410, true, List.of(1)),
        LlamaShape.of(file));
    assertTrue(file.tensor("blk.1.attn_output.bias").isPresent());
  }

  @Test
  void theMixIsThatOfLlamaCpp() throws IOException {
    GgufFile file =
        GgufFile.open(
            new RandomModel().layers(24).width(256, 256).q4KM().write(folder.resolve("mix.gguf")));
    // llama.cpp's use_more_bits: the first and the last eighth, and every third between.
    List<Integer> better = List.of(0, 1, 2, 5, 8, 11, 14, 17, 20, 21, 22, 23);
    for (int layer = 0; layer < 24; layer++) {
      GgufType expected = better.contains(layer) ? GgufType.Q6_K : GgufType.Q4_K;
      assertEquals(expected, file.requireTensor("blk." + layer + ".attn_v.weight").type());
      assertEquals(expected, file.requireTensor("blk." + layer + ".ffn_down.weight").type());
      assertEquals(GgufType.Q4_K, file.requireTensor("blk." + layer + ".attn_q.weight").type());
    }
    assertEquals(GgufType.Q6_K, file.requireTensor("output.weight").type());
    assertEquals(GgufType.Q4_K, file.requireTensor("token_embd.weight").type());
  }

  /** Quantised weights mean what the F32 weights meant: stock's logits say so. */
  @ParameterizedTest
  @CsvSource({
    "F16, 0.9999",
    "BF16, 0.999",
    "Q8_0, 0.999",
    "Q6_K, 0.995",
    "Q5_K, 0.99",
    "Q5_1, 0.99",
    "Q5_0, 0.99",
    "Q4_K, 0.96",
    "Q4_1, 0.96",
    "Q4_0, 0.95"
  })
  void quantisedWeightsAreNearTheOriginals(GgufType type, double least) throws IOException {
    float[] exact = logits(GgufType.F32);
    float[] rounded = logits(type);
    double dot = 0;
    double a = 0;
    double b = 0;
    for (int i = 0; i < exact.length; i++) {
      dot += exact[i] * rounded[i];
      a += exact[i] * exact[i];
      b += rounded[i] * rounded[i];
    }
    double cosine = dot / Math.sqrt(a * b);
    assertTrue(cosine > least, "cosine " + cosine);
    assertFalse(Arrays.equals(exact, rounded));
  }

  private float[] logits(GgufType type) throws IOException {
    Path file = folder.resolve(type + ".gguf");
    new RandomModel().layers(1).width(256, 512).type(type).write(file);
    try (StockModel stock = new StockModel(file, 400, 64, 1, false)) {
      stock.step(new int[] {1, 270, 300, 280, 310}, false);
      return stock.logits(4);
    }
  }

  @Test
  void theProjectorIsOneThatTheEngineReads() throws IOException {
    RandomProjector small = new RandomProjector(3, 64, 96, 4, 56, 14, 80);
    Path file = small.write(folder.resolve("mmproj.gguf"));
    VisionShape shape = VisionShape.of(GgufFile.open(file));
    assertTrue(shape.toString().contains("64"), shape.toString());
    GgufFile gguf = GgufFile.open(file);
    assertArrayEquals(
        new long[] {3, 3, 1, 80}, gguf.requireTensor("mm.model.peg.0.weight").shape());
    assertEquals(GgufType.F16, gguf.requireTensor("mm.model.peg.0.weight").type());
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.shape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufMetadata;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.gguf.writer.GgufWriter;
import org.edgevlm.gguf.writer.TinyModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The variants of llama models that the engine runs are read as they are meant. */
class LlamaShapeTest {

  @TempDir Path folder;

  private LlamaShape shape(GgufWriter writer) throws IOException {
    return LlamaShape.of(GgufFile.open(writer.write(folder.resolve("model.gguf"))));
  }

  @Test
  void hyperParametersAreRead() throws IOException {
    LlamaShape shape = shape(TinyModels.llama());
    RopeScaling none = new RopeScaling(RopeScaling.Type.NONE, 1, 128, 1);
    assertEquals(
        new LlamaShape(
            2, 32, 64, 4, 2, 8, 8, 10_000f, none, false, 1e-5f, 128, 300, false, List.of()),
        shape);
    assertEquals(32, shape.queryWidth());
    assertEquals(16, shape.kvWidth());
  }

  @Test
  void headIsTiedWithoutOutputWeights() throws IOException {
    assertFalse(shape(TinyModels.llama()).tiedHead());
    assertTrue(shape(TinyModels.llama().removeTensor("output.weight")).tiedHead());
  }

  @Test
  void kvHeadsDefaultToHeads() throws IOException {
    GgufWriter writer = TinyModels.llama().remove("llama.attention.head_count_kv");
    for (int layer = 0; layer < TinyModels.LAYERS; layer++) {
      writer.zeros("blk." + layer + ".attn_k.weight", GgufType.F16, 32, 32);
      writer.zeros("blk." + layer + ".attn_v.weight", GgufType.F16, 32, 32);
    }
    assertEquals(4, shape(writer).kvHeads());
  }

  @Test
  void numbersByLayerAreTakenWhenEqual() throws IOException {
    GgufWriter writer = TinyModels.llama();
    writer.int32s("llama.attention.head_count_kv", 2, 2);
    writer.int32s("llama.attention.head_count", 4, 4).int32s("llama.feed_forward_length", 64, 64);
    assertEquals(shape(TinyModels.llama()), shape(writer));
  }

  @Test
  void headWidthMayDifferFromWidthByHeads() throws IOException {
    GgufWriter writer = TinyModels.llama();
    writer.uint32("llama.attention.key_length", 16).uint32("llama.attention.value_length", 16);
    writer.uint32("llama.rope.dimension_count", 10);
    for (int layer = 0; layer < TinyModels.LAYERS; layer++) {
      String block = "blk." + layer + ".attn_";
      writer.zeros(block + "q.weight", GgufType.F16, 32, 64);
      writer.zeros(block + "k.weight", GgufType.F16, 32, 32);
      writer.zeros(block + "v.weight", GgufType.F16, 32, 32);
      writer.zeros(block + "output.weight", GgufType.F16, 64, 32);
    }
    LlamaShape shape = shape(writer);
    assertEquals(16, shape.headWidth());
    assertEquals(10, shape.ropeDimension());
    assertEquals(64, shape.queryWidth());
  }

  @ParameterizedTest
  @EnumSource(GgufType.class)
  void weightsAreTakenInTheTypesThatTheEngineRuns(GgufType type) throws IOException {
    GgufWriter writer = TinyModels.llama();
    // rows long enough for super-blocks
    writer.uint32("llama.feed_forward_length", 256);
    for (int layer = 0; layer < TinyModels.LAYERS; layer++) {
      writer.zeros("blk." + layer + ".ffn_gate.weight", GgufType.F16, 32, 256);
      writer.zeros("blk." + layer + ".ffn_up.weight", GgufType.F16, 32, 256);
      writer.zeros("blk." + layer + ".ffn_down.weight", type, 256, 32);
    }
    if (LlamaShape.WEIGHT_TYPES.contains(type)) {
      assertEquals(256, shape(writer).feedForward());
    } else {
      MalformedLlamaTest.refused(
          () -> shape(writer), "'blk.0.ffn_down.weight'", "type " + type, "Q4_K");
    }
  }

  @Test
  void ropeParametersAreRead() throws IOException {
    GgufWriter writer = TinyModels.llama().float32("llama.rope.freq_base", 500_000f);
    writer.zeros("rope_freqs.weight", GgufType.F32, 4);
    LlamaShape shape = shape(writer);
    assertEquals(500_000f, shape.ropeFrequencyBase());
    assertTrue(shape.ropeFactors());
  }

  @Test
  void linearScalingIsRead() throws IOException {
    GgufWriter writer = TinyModels.llama().string("llama.rope.scaling.type", "linear");
    writer.float32("llama.rope.scaling.factor", 4f);
    RopeScaling scaling = shape(writer).ropeScaling();
    assertEquals(new RopeScaling(RopeScaling.Type.LINEAR, 4, 128, 1), scaling);
    assertEquals(0.25f, scaling.frequencyScale());
  }

  @Test
  void oldLinearScaleIsRead() throws IOException {
    GgufWriter writer = TinyModels.llama().float32("llama.rope.scale_linear", 2f);
    assertEquals(new RopeScaling(RopeScaling.Type.LINEAR, 2, 128, 1), shape(writer).ropeScaling());
  }

  @Test
  void yarnScalingIsRead() throws IOException {
    GgufWriter writer = TinyModels.llama().string("llama.rope.scaling.type", "yarn");
    writer.float32("llama.rope.scaling.factor", 8f);
    writer.float32("llama.rope.scaling.attn_factor", 1.25f);
    writer.uint32("llama.rope.scaling.original_context_length", 16);
    assertEquals(new RopeScaling(RopeScaling.Type.YARN, 8, 16, 1.25f), shape(writer).ropeScaling());
  }

  @Test
  void scalingOfTypeNoneIgnoresTheFactor() throws IOException {
    GgufWriter writer = TinyModels.llama().string("llama.rope.scaling.type", "none");
    writer.float32("llama.rope.scaling.factor", 8f);
    assertEquals(1f, shape(writer).ropeScaling().frequencyScale());
  }

  @Test
  void attentionBiasesAreAllowed() throws IOException {
    GgufWriter writer = TinyModels.llama();
    writer.zeros("blk.0.attn_q.bias", GgufType.F32, 32);
    writer.zeros("blk.1.attn_k.bias", GgufType.F32, 16);
    writer.zeros("blk.1.attn_output.bias", GgufType.F32, 32);
    assertEquals(shape(TinyModels.llama()), shape(writer));
  }

  @Test
  void exitLayersAreRead() throws IOException {
    GgufWriter writer = TinyModels.llama().int32s(LlamaShape.EXIT_LAYERS_KEY, 1, 2);
    assertEquals(List.of(1, 2), shape(writer).exitLayers());
  }

  @Test
  void bytePairVocabularyIsTaken() throws IOException {
    assertEquals(300, shape(TinyModels.bytePairs()).vocabularySize());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "default", "llama-bpe", "smollm", "gpt-2", "tekken", "gpt-4o"})
  void knownPreTokenizersAreTaken(String pre) throws IOException {
    shape(TinyModels.bytePairs().string("tokenizer.ggml.pre", pre));
    shape(TinyModels.bytePairs().remove("tokenizer.ggml.pre"));
  }

  @Test
  void byteTokensMayBePlainCharacters() throws IOException {
    List<String> tokens = TinyModels.sentencePieceTokens(TinyModels.TOKENS);
    tokens.set(tokens.indexOf("<0x41>"), "A");
    int[] types = new int[TinyModels.TOKENS];
    Arrays.fill(types, 1);
    GgufWriter writer = TinyModels.llama().strings("tokenizer.ggml.tokens", tokens);
    assertEquals(300, shape(writer.int32s("tokenizer.ggml.token_type", types)).vocabularySize());
  }

  @Test
  void emptyTokensAreRenamedAsLlamaCppDoes() throws IOException {
    List<String> tokens = TinyModels.sentencePieceTokens(TinyModels.TOKENS);
    tokens.set(298, "");
    tokens.set(299, "");
    shape(TinyModels.llama().strings("tokenizer.ggml.tokens", tokens));
    tokens.set(297, "[EMPTY_299]");
    MalformedLlamaTest.refused(
        () -> shape(TinyModels.llama().strings("tokenizer.ggml.tokens", tokens)),
        "'[EMPTY_299]' twice");
  }

  @Test
  void tokenizerCopiedFromAnotherFileIsTheSame() throws IOException {
    GgufFile from = GgufFile.open(TinyModels.bytePairs().write(folder.resolve("from.gguf")));
    GgufWriter writer = TinyModels.llama().tokenizerOf(from);
    LlamaShape.of(GgufFile.open(writer.write(folder.resolve("to.gguf"))));
    GgufMetadata to = GgufFile.open(folder.resolve("to.gguf")).metadata();
    assertEquals("smollm", to.requireString("tokenizer.ggml.pre"));
    assertEquals(
        List.of(from.metadata().requireStrings("tokenizer.ggml.tokens")),
        List.of(to.requireStrings("tokenizer.ggml.tokens")));
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.shape;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.gguf.writer.GgufWriter;
import org.edgevlm.gguf.writer.TinyModels;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape.Activation;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape.Channels;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape.Projector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Image encoders of all kinds are read, and broken ones refused. */
class VisionShapeTest {

  @TempDir Path folder;

  private GgufFile open(GgufWriter writer) throws IOException {
    return GgufFile.open(writer.write(folder.resolve("mmproj.gguf")));
  }

  private VisionShape shape(GgufWriter writer) throws IOException {
    return VisionShape.of(open(writer));
  }

  @Test
  void clipTowerIsRead() throws IOException {
    VisionShape shape = shape(TinyModels.mlp());
    assertEquals(64, shape.imageSize());
    assertEquals(16, shape.patchSize());
    assertEquals(4, shape.grid());
    assertEquals(16, shape.patches());
    assertEquals(17, shape.positions());
    assertEquals(8, shape.headWidth());
    assertEquals(new Channels(0.5f, 0.5f, 0.5f), shape.imageMean());
    assertArrayEquals(new float[] {0.5f, 0.5f, 0.5f}, shape.imageStd().toArray());
    assertEquals(Activation.QUICK_GELU, shape.activation());
    assertTrue(shape.classToken() && shape.preNorm());
    assertFalse(shape.postNorm() || shape.patchBias());
    assertEquals("ffn_down", shape.firstFeedForward());
    assertEquals("ffn_up", shape.secondFeedForward());
  }

  @Test
  void siglipTowerIsRead() throws IOException {
    VisionShape shape = shape(TinyModels.siglip(3));
    assertEquals(16, shape.positions());
    assertFalse(shape.classToken() || shape.preNorm());
    assertTrue(shape.postNorm() && shape.patchBias());
    assertEquals(Activation.GELU, shape.activation());
    assertEquals("ffn_up", shape.firstFeedForward());
    assertEquals("ffn_down", shape.secondFeedForward());
  }

  @Test
  void projectorsAreRead() throws IOException {
    VisionShape mlp = shape(TinyModels.mlp());
    assertEquals(Projector.MLP, mlp.projector());
    assertEquals(16, mlp.imageTokens());
    VisionShape ldp = shape(TinyModels.ldp());
    assertEquals(Projector.LDP, ldp.projector());
    assertEquals(4, ldp.imageTokens());
    VisionShape ldpv2 = shape(TinyModels.ldpv2());
    assertEquals(Projector.LDPV2, ldpv2.projector());
    assertEquals(4, ldpv2.imageTokens());
    for (VisionShape shape : List.of(mlp, ldp, ldpv2)) {
      assertEquals(48, shape.outputWidth());
      assertEquals(48, shape.projectorHidden());
    }
  }

  @Test
  void projectorsRoundOddGridsAsTheirConvolutionsDo() throws IOException {
    for (GgufWriter writer : List.of(TinyModels.ldp(), TinyModels.ldpv2())) {
      writer.uint32("clip.vision.image_size", 90);
      writer.zeros("v.position_embd.weight", GgufType.F16, TinyModels.WIDTH, 26);
      VisionShape shape = shape(writer);
      assertEquals(5, shape.grid());
      assertEquals(shape.projector() == Projector.LDP ? 3 : 2, shape.outputGrid());
    }
  }

  @Test
  void kernelsAreTakenWithAndWithoutSqueezedDimensions() throws IOException {
    GgufWriter writer = TinyModels.ldp();
    String block = "mm.model.mb_block.1.block.";
    writer.zeros(block + "0.0.weight", GgufType.F32, 3, 3, 1, 48);
    writer.zeros(block + "1.fc1.weight", GgufType.F16, 1, 1, 48, 12);
    writer.zeros(block + "2.0.weight", GgufType.F16, 1, 1, 48, 48);
    assertEquals(48, shape(writer).outputWidth());
  }

  @ParameterizedTest
  @CsvSource({
    "2, true, 2",
    "6, true, 6",
    "11, true, 11",
    "12, true, 11",
    "23, true, 23",
    "24, true, 23",
    "31, true, 31",
    "32, true, 31",
    "12, false, 12",
    "24, false, 24",
    "27, false, 27"
  })
  void lastBlockOfWholeClipTowersIsLeftOut(int blocks, boolean classToken, int used)
      throws IOException {
    VisionShape shape;
    if (classToken) {
      GgufWriter writer = TinyModels.clip(blocks);
      TinyModels.linear(writer, "mm.0", TinyModels.WIDTH, 48);
      TinyModels.linear(writer, "mm.2", 48, 48);
      shape = shape(writer);
    } else {
      shape = shape(TinyModels.siglip(blocks));
    }
    assertEquals(blocks, shape.blocks());
    assertEquals(used, shape.usedBlocks());
  }

  @Test
  void featureLayerChoosesTheBlocks() throws IOException {
    String key = "clip.vision.feature_layer";
    assertEquals(1, shape(TinyModels.mlp().int32s(key, 1)).usedBlocks());
    assertEquals(1, shape(TinyModels.mlp().uint32(key, 1)).usedBlocks());
    assertEquals(2, shape(TinyModels.mlp().int32s(key, -1)).usedBlocks());
    assertFalse(shape(TinyModels.siglip(3).uint32(key, 2)).postNorm());
  }

  @Test
  void unusedBlocksMayBeAbsent() throws IOException {
    GgufWriter writer = TinyModels.mlp().uint32("clip.vision.feature_layer", 1);
    writer.removeTensor("v.blk.1.attn_q.weight");
    assertEquals(1, shape(writer).usedBlocks());
  }

  @Test
  void feedForwardOfOneWidthIsTakenInTheConvertersOrder() throws IOException {
    GgufWriter writer = TinyModels.mlp().uint32("clip.vision.feed_forward_length", 32);
    for (int block = 0; block < 2; block++) {
      TinyModels.linear(writer, "v.blk." + block + ".ffn_down", 32, 32);
      TinyModels.linear(writer, "v.blk." + block + ".ffn_up", 32, 32);
    }
    assertTrue(shape(writer).downIsFirst());
  }

  @Test
  void projectorOfAnotherLanguageModelIsRefused() throws IOException {
    GgufFile file = open(TinyModels.mlp());
    VisionShape shape = VisionShape.of(file);
    Path path = TinyModels.llama().write(folder.resolve("lm.gguf"));
    LlamaShape llama = LlamaShape.of(GgufFile.open(path));
    MalformedLlamaTest.refused(() -> shape.requireFits(file, llama), "width 48", "width 32");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"hyperParameters", "tower", "projectors"})
  void brokenEncoderIsRefused(MalformedLlamaTest.Case broken) throws IOException {
    GgufFile file = open(broken.file());
    MalformedLlamaTest.refused(() -> VisionShape.of(file), broken.words().toArray(String[]::new));
    MalformedLlamaTest.refused(() -> VisionShape.of(file), file.path() + ": ");
  }

  private static MalformedLlamaTest.Case broken(
      String name, GgufWriter writer, Consumer<GgufWriter> change, String... words) {
    change.accept(writer);
    return new MalformedLlamaTest.Case(name, writer, List.of(words));
  }

  private static MalformedLlamaTest.Case clip(
      String name, Consumer<GgufWriter> change, String... words) {
    return broken(name, TinyModels.mlp(), change, words);
  }

  static Stream<MalformedLlamaTest.Case> hyperParameters() {
    String v = "clip.vision.";
    String heads = v + "attention.head_count";
    String epsilon = v + "attention.layer_norm_epsilon";
    return Stream.of(
        clip("language model", w -> w.string("general.architecture", "llama"), "'llama'", "mmproj"),
        clip("no tower", w -> w.bool("clip.has_vision_encoder", false), "is false"),
        clip("no tower key", w -> w.remove("clip.has_vision_encoder"), "is missing", "BOOL"),
        clip("resampler", w -> w.bool("clip.has_minicpmv_projector", true), "minicpmv"),
        clip("other projector", w -> w.string("clip.projector_type", "idefics3"), "'idefics3'"),
        clip("image 0", w -> w.uint32(v + "image_size", 0), "image_size' is 0"),
        clip("no image size", w -> w.remove(v + "image_size"), "image_size' is missing"),
        clip("patch 0", w -> w.uint32(v + "patch_size", 0), "patch_size' is 0"),
        clip("patch wider than image", w -> w.uint32(v + "patch_size", 65), "1 to 64"),
        clip(
            "many patches",
            w -> w.uint32(v + "image_size", 8192).uint32(v + "patch_size", 1),
            "8192 patches a side"),
        clip("width 0", w -> w.uint32(v + "embedding_length", 0), "embedding_length"),
        clip("heads 0", w -> w.uint32(heads, 0), "head_count' is 0"),
        clip("5 heads", w -> w.uint32(heads, 5), "does not divide the width 32"),
        clip("blocks 0", w -> w.uint32(v + "block_count", 0), "block_count' is 0"),
        clip("blocks beyond the file", w -> w.uint32(v + "block_count", 3), "'v.blk.2.attn_q"),
        clip("epsilon 0", w -> w.float32(epsilon, 0), "positive"),
        clip(
            "both activations",
            w -> w.bool("clip.use_gelu", true).bool("clip.use_silu", true),
            "one"),
        clip("mean of two", w -> w.float32s(v + "image_mean", 1, 1), "2 elements", "expected 3"),
        clip("mean a number", w -> w.float32(v + "image_mean", 1), "an array"),
        clip("mean NaN", w -> w.float32s(v + "image_mean", 1, 0f / 0, 1), "index 1", "finite"),
        clip("deviation 0", w -> w.float32s(v + "image_std", 1, 0, 1), "image_std", "positive"),
        clip("feature layer 3 of 2", w -> w.uint32(v + "feature_layer", 3), "1 to 2"),
        clip("feature layer -2", w -> w.int32s(v + "feature_layer", -2), "is -2"),
        clip("two feature layers", w -> w.int32s(v + "feature_layer", 1, 2), "2 layers"));
  }

  static Stream<MalformedLlamaTest.Case> tower() {
    return Stream.of(
        clip(
            "no patch kernel", w -> w.removeTensor("v.patch_embd.weight"), "'v.patch_embd.weight'"),
        clip(
            "patch kernel of one channel",
            w -> w.zeros("v.patch_embd.weight", GgufType.F16, 16, 16, 1, 32),
            "[16, 16, 3, 32]"),
        clip(
            "patch kernel in blocks",
            w -> w.zeros("v.patch_embd.weight", GgufType.I16, 16, 16, 3, 32),
            "I16"),
        clip(
            "no position for the class token",
            w -> w.zeros("v.position_embd.weight", GgufType.F16, 32, 16),
            "expected [32, 17]"),
        clip(
            "class token of another width",
            w -> w.zeros("v.class_embd", GgufType.F32, 33),
            "'v.class_embd'"),
        clip(
            "norm without bias",
            w -> w.removeTensor("v.pre_ln.bias"),
            "'v.pre_ln.bias' is missing"),
        clip("no bias", w -> w.removeTensor("v.blk.1.attn_v.bias"), "'v.blk.1.attn_v.bias'"),
        clip("norm F16", w -> w.zeros("v.blk.0.ln1.weight", GgufType.F16, 32), "F32 for norms"),
        clip(
            "feed-forward of no order",
            w -> w.zeros("v.blk.0.ffn_down.weight", GgufType.F16, 32, 48),
            "expected"),
        clip(
            "second block in another order",
            w -> TinyModels.linear(w, "v.blk.1.ffn_down", 64, 32),
            "'v.blk.1.ffn_down.weight'",
            "expected [32, 64]"),
        clip(
            "bias of the other matrix",
            w -> w.zeros("v.blk.0.ffn_down.bias", GgufType.F32, 32),
            "'v.blk.0.ffn_down.bias'",
            "expected [64]"));
  }

  static Stream<MalformedLlamaTest.Case> projectors() {
    String block = "mm.model.mb_block.2.block.";
    return Stream.of(
        clip("no projector", w -> w.removeTensor("mm.0.weight"), "'mm.0.weight' is missing"),
        clip("half a projector", w -> w.removeTensor("mm.2.weight"), "'mm.2.weight' is missing"),
        clip("projector with norms", w -> w.zeros("mm.3.weight", GgufType.F16, 48, 48), "mm.3"),
        clip(
            "projector of another tower",
            w -> TinyModels.linear(w, "mm.0", 64, 48),
            "expected [32, 48]"),
        clip(
            "projector that doesn't join",
            w -> TinyModels.linear(w, "mm.2", 64, 48),
            "'mm.2.weight'",
            "expected [48, 48]"),
        broken("ldp named mlp", TinyModels.ldp(), w -> w.remove("clip.projector_type"), "'mm.0."),
        broken(
            "ldpv2 named ldp",
            TinyModels.ldpv2(),
            w -> w.string("clip.projector_type", "ldp"),
            "mlp.1"),
        broken(
            "ldp without norm",
            TinyModels.ldp(),
            w -> w.removeTensor(block + "0.1.bias"),
            block + "0.1.bias"),
        broken(
            "ldp with wide kernel",
            TinyModels.ldp(),
            w -> w.zeros(block + "0.0.weight", GgufType.F16, 5, 5, 1, 48),
            "expected [3, 3, 1, 48]"),
        broken(
            "ldp kernel BF16",
            TinyModels.ldp(),
            w -> w.zeros(block + "0.0.weight", GgufType.BF16, 3, 3, 48),
            "one of"),
        broken(
            "ldp squeeze that doesn't join",
            TinyModels.ldp(),
            w -> TinyModels.linear(w, block + "1.fc2", 13, 48),
            "1.fc2.weight",
            "expected [12, 48]"),
        broken(
            "ldpv2 without bias",
            TinyModels.ldpv2(),
            w -> w.removeTensor("mm.model.peg.0.bias"),
            "'mm.model.peg.0.bias'"),
        broken(
            "ldpv2 of one patch",
            TinyModels.ldpv2(),
            w ->
                w.uint32("clip.vision.image_size", 16)
                    .zeros("v.position_embd.weight", GgufType.F16, 32, 2),
            "at least 2"));
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.shape;

import java.util.Optional;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufMetadata;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape.Activation;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape.Channels;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape.Projector;

/** Reads and checks one mmproj file. */
final class VisionReader {

  private static final String V = "clip.vision.";
  private static final int WIDEST = 1 << 16;

  private final GgufFile file;
  private final GgufMetadata metadata;
  private final Checks checks;

  VisionReader(GgufFile file) {
    this.file = file;
    this.metadata = file.metadata();
    this.checks = new Checks(file);
  }

  VisionShape read() {
    kind();
    int image = checks.number(V + "image_size", 1, 8192);
    int patch = checks.number(V + "patch_size", 1, image);
    int grid = image / patch;
    if (grid > 512) {
      throw metadata.error(
          V + "patch_size",
          "is " + patch + ", which makes " + grid + " patches a side; at most 512");
    }
    int width = checks.number(V + "embedding_length", 1, WIDEST);
    int feedForward = checks.number(V + "feed_forward_length", 1, WIDEST);
    int heads = checks.number(V + "attention.head_count", 1, width);
    if (width % heads != 0) {
      throw metadata.error(
          V + "attention.head_count", "is " + heads + ", which does not divide the width " + width);
    }
    int blocks = checks.number(V + "block_count", 1, 512);
    boolean classToken = checks.optionalVector("v.class_embd", width);
    Optional<Integer> featureLayer = featureLayer(blocks);
    int used = VisionShape.usedBlocks(featureLayer, blocks, classToken);
    boolean allBlocks = featureLayer.isEmpty() && used == blocks;
    float epsilon = checks.positive(V + "attention.layer_norm_epsilon", 1f);
    Activation activation = activation();

    checks.typed(
        checks.shaped("v.patch_embd.weight", new long[] {patch, patch, 3, width}), Checks.FLOATS);
    final boolean patchBias = checks.optionalVector("v.patch_embd.bias", width);
    long positions = (long) grid * grid + (classToken ? 1 : 0);
    checks.typed(
        checks.shaped("v.position_embd.weight", new long[] {width, positions}), Checks.FLOATS);
    final boolean preNorm = norm("v.pre_ln", width);
    final boolean postNorm = norm("v.post_ln", width) && !classToken && allBlocks;
    final boolean downIsFirst = downIsFirst(width, feedForward);
    for (int block = 0; block < used; block++) {
      block("v.blk." + block + ".", width, feedForward, downIsFirst);
    }
    ProjectorReader projector = new ProjectorReader(file, checks, projector(), width, grid);
    projector.check();
    return new VisionShape(
        image,
        patch,
        width,
        feedForward,
        heads,
        blocks,
        used,
        epsilon,
        activation,
        channels(V + "image_mean", false),
        channels(V + "image_std", true),
        classToken,
        patchBias,
        preNorm,
        postNorm,
        downIsFirst,
        projector.type(),
        projector.hidden(),
        projector.output());
  }

  private void kind() {
    String architecture = metadata.requireString("general.architecture");
    if (!architecture.equals("clip")) {
      throw metadata.error(
          "general.architecture",
          "is "
              + GgufFile.quote(architecture)
              + "; expected 'clip': this is not an image encoder (mmproj)");
    }
    if (!metadata.requireBoolean("clip.has_vision_encoder")) {
      throw metadata.error(
          "clip.has_vision_encoder", "is false; expected a file with an image encoder");
    }
    for (String other : new String[] {"minicpmv_projector", "glm_projector", "qwen2vl_merger"}) {
      if (metadata.optionalBoolean("clip.has_" + other).orElse(false)) {
        throw metadata.error("clip.has_" + other, "is true; the engine runs mlp, ldp and ldpv2");
      }
    }
  }

  private Projector projector() {
    String key = "clip.projector_type";
    String name = metadata.optionalString(key).orElse("mlp");
    return switch (name) {
      case "mlp" -> Projector.MLP;
      case "ldp" -> Projector.LDP;
      case "ldpv2" -> Projector.LDPV2;
      default ->
          throw metadata.error(
              key, "is " + GgufFile.quote(name) + "; the engine runs mlp, ldp and ldpv2");
    };
  }

  private Activation activation() {
    boolean gelu = metadata.optionalBoolean("clip.use_gelu").orElse(false);
    boolean silu = metadata.optionalBoolean("clip.use_silu").orElse(false);
    if (gelu && silu) {
      throw metadata.error("clip.use_silu", "is true and so is 'clip.use_gelu'; expected one");
    }
    return gelu ? Activation.GELU : silu ? Activation.SILU : Activation.QUICK_GELU;
  }

  private Optional<Integer> featureLayer(int blocks) {
    String key = V + "feature_layer";
    if (!metadata.has(key)) {
      return Optional.empty();
    }
    int layer;
    if (metadata.elementType(key).isPresent()) {
      if (metadata.arrayLength(key) != 1) {
        throw metadata.error(
            key,
            "lists "
                + metadata.arrayLength(key)
                + " layers; the engine takes the features of one layer");
      }
      layer = metadata.requireInts(key)[0];
    } else {
      layer = metadata.requireInt(key);
    }
    return layer == -1 ? Optional.empty() : Optional.of(checks.inRange(key, layer, 1, blocks));
  }

  private Channels channels(String key, boolean divisor) {
    int length = metadata.arrayLength(key);
    if (length != 3) {
      throw metadata.error(key, "has " + length + " elements; expected 3, red, green and blue");
    }
    float[] values = metadata.requireFloats(key);
    for (float value : values) {
      if (divisor && !(value > 0)) {
        throw metadata.error(key, "has " + value + "; expected positive numbers");
      }
    }
    return new Channels(values[0], values[1], values[2]);
  }

  private boolean norm(String name, int width) {
    boolean weight = checks.optionalVector(name + ".weight", width);
    boolean bias = checks.optionalVector(name + ".bias", width);
    if (weight != bias) {
      throw file.error(
          "tensor '" + name + (weight ? ".bias" : ".weight") + "' is missing; its pair is there");
    }
    return weight;
  }

  private boolean downIsFirst(int width, int feedForward) {
    return width == feedForward
        || file.requireTensor("v.blk.0.ffn_down.weight").hasShape(width, feedForward);
  }

  private void block(String block, int width, int feedForward, boolean downIsFirst) {
    for (String name : new String[] {"attn_q", "attn_k", "attn_v", "attn_out"}) {
      linear(block + name, width, width);
    }
    for (String name : new String[] {"ln1", "ln2"}) {
      checks.vector(block + name + ".weight", width);
      checks.vector(block + name + ".bias", width);
    }
    linear(block + (downIsFirst ? "ffn_down" : "ffn_up"), width, feedForward);
    linear(block + (downIsFirst ? "ffn_up" : "ffn_down"), feedForward, width);
  }

  private void linear(String name, int in, int out) {
    checks.matrix(name + ".weight", in, out);
    checks.vector(name + ".bias", out);
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.random;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.gguf.writer.GgufWriter;

/**
 * Writes an image encoder with random weights: a CLIP tower with a class token and MobileVLM V2's
 * projector, matrices in F16. Names and shapes are those of {@code make_random_vlm.py}.
 *
 * @param layers blocks of the tower
 * @param width of the tower
 * @param feedForward inner width of a block
 * @param heads of a block
 * @param image side of the picture in pixels
 * @param patch side of a patch in pixels
 * @param out width of the language model
 */
public record RandomProjector(
    int layers, int width, int feedForward, int heads, int image, int patch, int out) {

  private static final double DEVIATION = 0.02;

  /** CLIP-L/14 at 336 pixels, as MobileVLM V2 1.7B has it. */
  public static RandomProjector mobileVlm17() {
    return new RandomProjector(24, 1024, 4096, 16, 336, 14, 2048);
  }

  /** Writes the file. */
  public Path write(Path path) throws IOException {
    return writer().write(path);
  }

  /** The file before it is written, so that a test can change it. */
  public GgufWriter writer() {
    GgufWriter w = new GgufWriter("clip");
    metadata(w);
    RandomWeights random = new RandomWeights(11);
    int patches = (image / patch) * (image / patch);
    random.vector(w, "v.class_embd", 0, DEVIATION, width);
    half(w, random, "v.patch_embd.weight", DEVIATION, patch, patch, 3, width);
    half(w, random, "v.position_embd.weight", 0.1, width, patches + 1);
    norm(w, "v.pre_ln");
    for (int i = 0; i < layers; i++) {
      String block = "v.blk." + i + ".";
      for (String name : new String[] {"attn_q", "attn_k", "attn_v", "attn_out"}) {
        linear(w, random, block + name, width, width);
      }
      // llama.cpp's converter names the two feed-forward matrices the other way round for CLIP.
      linear(w, random, block + "ffn_down", width, feedForward);
      linear(w, random, block + "ffn_up", feedForward, width);
      norm(w, block + "ln1");
      norm(w, block + "ln2");
    }
    linear(w, random, "mm.model.mlp.0", width, out);
    linear(w, random, "mm.model.mlp.2", out, out);
    half(w, random, "mm.model.peg.0.weight", DEVIATION, 3, 3, 1, out);
    random.vector(w, "mm.model.peg.0.bias", 0, DEVIATION, out);
    return w;
  }

  private void metadata(GgufWriter w) {
    w.bool("clip.has_vision_encoder", true).bool("clip.has_text_encoder", false);
    w.bool("clip.has_llava_projector", true).string("clip.projector_type", "ldpv2");
    w.bool("clip.use_gelu", false).uint32("general.file_type", 1);
    w.uint32("clip.vision.image_size", image).uint32("clip.vision.patch_size", patch);
    w.uint32("clip.vision.embedding_length", width);
    w.uint32("clip.vision.feed_forward_length", feedForward);
    w.uint32("clip.vision.projection_dim", out);
    w.uint32("clip.vision.block_count", layers);
    w.uint32("clip.vision.attention.head_count", heads);
    w.float32("clip.vision.attention.layer_norm_epsilon", 1e-5f);
    w.float32s("clip.vision.image_mean", 0.48145466f, 0.4578275f, 0.40821073f);
    w.float32s("clip.vision.image_std", 0.26862954f, 0.26130258f, 0.27577711f);
  }

  private static void half(
      GgufWriter w, RandomWeights random, String name, double deviation, long... shape) {
    random.matrix(w, name, GgufType.F16, deviation, shape);
  }

  private static void linear(GgufWriter w, RandomWeights random, String name, int in, int to) {
    half(w, random, name + ".weight", DEVIATION, in, to);
    random.vector(w, name + ".bias", 0, DEVIATION, to);
  }

  private void norm(GgufWriter w, String name) {
    float[] ones = new float[width];
    Arrays.fill(ones, 1);
    w.floats(name + ".weight", ones, width);
    w.floats(name + ".bias", new float[width], width);
  }
}

package org.edgevlm.gguf.writer;

import java.util.ArrayList;
import java.util.List;
import org.edgevlm.gguf.GgufType;

/** Valid models of a few thousand zero weights, to be changed by tests. */
public final class TinyModels {

  public static final int LAYERS = 2;
  public static final int WIDTH = 32;
  public static final int FEED_FORWARD = 64;
  public static final int HEADS = 4;
  public static final int KV_HEADS = 2;
  public static final int TOKENS = 300;

  private TinyModels() {}

  /** A llama model with grouped queries and a SentencePiece vocabulary with byte tokens. */
  public static GgufWriter llama() {
    GgufWriter writer = new GgufWriter("llama");
    writer.uint32("llama.block_count", LAYERS);
    writer.uint32("llama.embedding_length", WIDTH);
    writer.uint32("llama.feed_forward_length", FEED_FORWARD);
    writer.uint32("llama.attention.head_count", HEADS);
    writer.uint32("llama.attention.head_count_kv", KV_HEADS);
    writer.uint32("llama.context_length", 128);
    writer.float32("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    sentencePiece(writer, TOKENS);
    writer.zeros("token_embd.weight", GgufType.F16, WIDTH, TOKENS);
    writer.zeros("output_norm.weight", GgufType.F32, WIDTH);
    writer.zeros("output.weight", GgufType.Q8_0, WIDTH, TOKENS);
    int kvWidth = WIDTH / HEADS * KV_HEADS;
    for (int layer = 0; layer < LAYERS; layer++) {
      String block = "blk." + layer + ".";
      writer.zeros(block + "attn_norm.weight", GgufType.F32, WIDTH);
      writer.zeros(block + "attn_q.weight", GgufType.F16, WIDTH, WIDTH);
      writer.zeros(block + "attn_k.weight", GgufType.F16, WIDTH, kvWidth);
      writer.zeros(block + "attn_v.weight", GgufType.Q5_0, WIDTH, kvWidth);
      writer.zeros(block + "attn_output.weight", GgufType.Q4_0, WIDTH, WIDTH);
      writer.zeros(block + "ffn_norm.weight", GgufType.F32, WIDTH);
      writer.zeros(block + "ffn_gate.weight", GgufType.Q4_1, WIDTH, FEED_FORWARD);
      writer.zeros(block + "ffn_up.weight", GgufType.BF16, WIDTH, FEED_FORWARD);
      writer.zeros(block + "ffn_down.weight", GgufType.Q5_1, FEED_FORWARD, WIDTH);
    }
    return writer;
  }

  /** A vocabulary of {@code count} tokens: three control tokens, all bytes, and words. */
  public static void sentencePiece(GgufWriter writer, int count) {
    int[] types = new int[count];
    writer.string("tokenizer.ggml.model", "llama");
    writer.strings("tokenizer.ggml.tokens", sentencePieceTokens(count));
    for (int i = 0; i < count; i++) {
      types[i] = i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1;
    }
    writer.float32s("tokenizer.ggml.scores", new float[count]);
    writer.int32s("tokenizer.ggml.token_type", types);
    writer.uint32("tokenizer.ggml.bos_token_id", 1);
    writer.uint32("tokenizer.ggml.eos_token_id", 2);
    writer.uint32("tokenizer.ggml.unknown_token_id", 0);
    writer.bool("tokenizer.ggml.add_bos_token", true);
  }

  public static List<String> sentencePieceTokens(int count) {
    List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    for (int i = 0; i < 256; i++) {
      tokens.add(String.format("<0x%02X>", i));
    }
    for (int i = tokens.size(); i < count; i++) {
      tokens.add("\u2581w" + i);
    }
    return tokens.subList(0, count);
  }

  /** The same model with a byte-pair vocabulary. */
  public static GgufWriter bytePairs() {
    GgufWriter writer = llama();
    writer.string("tokenizer.ggml.model", "gpt2").string("tokenizer.ggml.pre", "smollm");
    writer.remove("tokenizer.ggml.scores").remove("tokenizer.ggml.unknown_token_id");
    return writer.strings("tokenizer.ggml.merges", List.of("\u0120 a", "\u0120a b"));
  }

  /** A CLIP tower of two blocks with a class token; the projector is added by the caller. */
  public static GgufWriter clip(int blocks) {
    GgufWriter writer = new GgufWriter("clip");
    writer.bool("clip.has_vision_encoder", true).bool("clip.has_text_encoder", false);
    writer.uint32("clip.vision.image_size", 64).uint32("clip.vision.patch_size", 16);
    writer.uint32("clip.vision.embedding_length", WIDTH);
    writer.uint32("clip.vision.feed_forward_length", FEED_FORWARD);
    writer.uint32("clip.vision.block_count", blocks);
    writer.uint32("clip.vision.attention.head_count", HEADS);
    writer.float32("clip.vision.attention.layer_norm_epsilon", 1e-5f);
    writer.float32s("clip.vision.image_mean", 0.5f, 0.5f, 0.5f);
    writer.float32s("clip.vision.image_std", 0.5f, 0.5f, 0.5f);
    writer.zeros("v.class_embd", GgufType.F32, WIDTH);
    writer.zeros("v.patch_embd.weight", GgufType.F16, 16, 16, 3, WIDTH);
    writer.zeros("v.position_embd.weight", GgufType.F16, WIDTH, 17);
    norm(writer, "v.pre_ln");
    for (int block = 0; block < blocks; block++) {
      String prefix = "v.blk." + block + ".";
      for (String name : List.of("attn_q", "attn_k", "attn_v", "attn_out")) {
        linear(writer, prefix + name, WIDTH, WIDTH);
      }
      norm(writer, prefix + "ln1");
      norm(writer, prefix + "ln2");
      linear(writer, prefix + "ffn_down", WIDTH, FEED_FORWARD);
      linear(writer, prefix + "ffn_up", FEED_FORWARD, WIDTH);
    }
    return writer;
  }

  /** A CLIP tower with the projector of LLaVA 1.5, output width 48. */
  public static GgufWriter mlp() {
    GgufWriter writer = clip(2);
    linear(writer, "mm.0", WIDTH, 48);
    linear(writer, "mm.2", 48, 48);
    return writer;
  }

  /** A CLIP tower with MobileVLM's projector, output width 48, kernels as converters write them. */
  public static GgufWriter ldp() {
    GgufWriter writer = clip(2).string("clip.projector_type", "ldp");
    linear(writer, "mm.model.mlp.1", WIDTH, 48);
    linear(writer, "mm.model.mlp.3", 48, 48);
    for (int b = 1; b <= 2; b++) {
      String block = "mm.model.mb_block." + b + ".block.";
      writer.zeros(block + "0.0.weight", GgufType.F16, 3, 3, 48);
      norm(writer, block + "0.1", 48);
      linear(writer, block + "1.fc1", 48, 12);
      linear(writer, block + "1.fc2", 12, 48);
      writer.zeros(block + "2.0.weight", GgufType.F16, 48, 48);
      norm(writer, block + "2.1", 48);
    }
    return writer;
  }

  /** A CLIP tower with MobileVLM V2's projector, output width 48. */
  public static GgufWriter ldpv2() {
    GgufWriter writer = clip(2).string("clip.projector_type", "ldpv2");
    linear(writer, "mm.model.mlp.0", WIDTH, 48);
    linear(writer, "mm.model.mlp.2", 48, 48);
    writer.zeros("mm.model.peg.0.weight", GgufType.F16, 3, 3, 1, 48);
    return writer.zeros("mm.model.peg.0.bias", GgufType.F32, 48);
  }

  /** A SigLIP tower: no class token, a patch bias, feed-forward matrices by their names. */
  public static GgufWriter siglip(int blocks) {
    GgufWriter writer = clip(blocks).bool("clip.use_gelu", true);
    writer.removeTensor("v.class_embd");
    writer.removeTensor("v.pre_ln.weight").removeTensor("v.pre_ln.bias");
    writer.zeros("v.patch_embd.bias", GgufType.F32, WIDTH);
    writer.zeros("v.position_embd.weight", GgufType.F32, WIDTH, 16);
    norm(writer, "v.post_ln");
    for (int block = 0; block < blocks; block++) {
      linear(writer, "v.blk." + block + ".ffn_up", WIDTH, FEED_FORWARD);
      linear(writer, "v.blk." + block + ".ffn_down", FEED_FORWARD, WIDTH);
    }
    linear(writer, "mm.0", WIDTH, 48);
    linear(writer, "mm.2", 48, 48);
    return writer;
  }

  public static void linear(GgufWriter writer, String name, int in, int out) {
    writer.zeros(name + ".weight", GgufType.F16, in, out);
    writer.zeros(name + ".bias", GgufType.F32, out);
  }

  private static void norm(GgufWriter writer, String name) {
    norm(writer, name, WIDTH);
  }

  private static void norm(GgufWriter writer, String name, int width) {
    writer.zeros(name + ".weight", GgufType.F32, width);
    writer.zeros(name + ".bias", GgufType.F32, width);
  }
}

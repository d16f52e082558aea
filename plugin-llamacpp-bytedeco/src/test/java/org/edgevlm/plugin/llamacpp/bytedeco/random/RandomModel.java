package org.edgevlm.plugin.llamacpp.bytedeco.random;

import java.io.IOException;
import java.nio.file.Path;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.gguf.writer.GgufWriter;
import org.edgevlm.gguf.writer.TinyVocabulary;

/**
 * Describes a language model of the llama architecture with random weights, and writes it. Weights
 * keep the size of the hidden state, norms differ from 1, and queries are long, so that attention
 * is far from uniform and a forgotten norm, position or head shows in the logits, which have a
 * standard deviation of about 2.
 *
 * <p>The same description and seed give the same file.
 */
public final class RandomModel {

  private int layers = 3;
  private int width = 64;
  private int feedForward = 160;
  private int heads = 4;
  private int kvHeads = 4;
  private int headWidth;
  private int vocabulary = 400;
  private int context = 256;
  private GgufType type = GgufType.F32;
  private boolean mixed;
  private boolean tiedHead;
  private boolean biases;
  private float ropeBase = 10_000;
  private String scaling = "";
  private float scalingFactor = 1;
  private int originalContext;
  private boolean ropeFactors;
  private int[] exitLayers = new int[0];
  private long seed = 7;

  /** Three layers of width 64 with four heads, F32. */
  public RandomModel() {}

  /** The shape of MobileVLM V2 1.7B's language model, weights as llama.cpp's Q4_K_M has them. */
  public static RandomModel mobileVlm17() {
    return new RandomModel()
        .layers(24)
        .width(2048, 5632)
        .heads(16, 16)
        .vocabulary(32_000)
        .context(2048)
        .q4KM();
  }

  /** Transformer blocks. */
  public RandomModel layers(int count) {
    layers = count;
    return this;
  }

  /** Widths of the hidden state and of the feed-forward network. */
  public RandomModel width(int hidden, int inner) {
    width = hidden;
    feedForward = inner;
    return this;
  }

  /** Query heads, and heads of K and V. */
  public RandomModel heads(int queries, int keys) {
    heads = queries;
    kvHeads = keys;
    return this;
  }

  /** Numbers in a head, where that isn't the width shared out among the heads. */
  public RandomModel headWidth(int numbers) {
    headWidth = numbers;
    return this;
  }

  /** Tokens, at least 400. */
  public RandomModel vocabulary(int tokens) {
    vocabulary = tokens;
    return this;
  }

  /** Positions that the file names. */
  public RandomModel context(int positions) {
    context = positions;
    return this;
  }

  /** The type of all matrices. */
  public RandomModel type(GgufType newType) {
    type = newType;
    return this;
  }

  /** Types as llama.cpp's Q4_K_M chooses them: Q4_K, and Q6_K where it matters most. */
  public RandomModel q4KM() {
    type = GgufType.Q4_K;
    mixed = true;
    return this;
  }

  /** Logits from the token embedding. */
  public RandomModel tiedHead() {
    tiedHead = true;
    return this;
  }

  /** Biases on the four attention matrices. */
  public RandomModel biases() {
    biases = true;
    return this;
  }

  /** The base of the rotary frequencies. */
  public RandomModel ropeBase(float base) {
    ropeBase = base;
    return this;
  }

  /**
   * How positions are stretched.
   *
   * @param method {@code linear} or {@code yarn}
   * @param original positions before the stretch; 0 to leave it out
   */
  public RandomModel ropeScaling(String method, float factor, int original) {
    scaling = method;
    scalingFactor = factor;
    originalContext = original;
    return this;
  }

  /** A divisor for each rotary frequency, as LLaMA 3 has. */
  public RandomModel ropeFactors() {
    ropeFactors = true;
    return this;
  }

  /** Layers named as exits. */
  public RandomModel exitLayers(int... exits) {
    exitLayers = exits.clone();
    return this;
  }

  /** Another seed, other weights. */
  public RandomModel seed(long newSeed) {
    seed = newSeed;
    return this;
  }

  /** Writes the file. */
  public Path write(Path path) throws IOException {
    return writer().write(path);
  }

  /** The file before it is written, for a test to change. */
  public GgufWriter writer() {
    GgufWriter w = new GgufWriter("llama");
    metadata(w);
    TinyVocabulary.write(w, vocabulary);
    RandomWeights random = new RandomWeights(seed);
    int head = headWidth == 0 ? width / heads : headWidth;
    GgufType embedding = mixed && tiedHead ? GgufType.Q6_K : type;
    random.matrix(w, "token_embd.weight", embedding, tiedHead ? 0.25 : 1, width, vocabulary);
    random.vector(w, "output_norm.weight", 1, 0.2, width);
    if (!tiedHead) {
      matrix(w, random, "output.weight", mixed ? GgufType.Q6_K : type, 2, width, vocabulary);
    }
    if (ropeFactors) {
      float[] factors = new float[head / 2];
      for (int i = 0; i < factors.length; i++) {
        factors[i] = 1 + 7f * i / factors.length;
      }
      w.floats("rope_freqs.weight", factors, factors.length);
    }
    for (int layer = 0; layer < layers; layer++) {
      GgufType better = mixed && moreBits(layer) ? GgufType.Q6_K : type;
      String block = "blk." + layer + ".";
      random.vector(w, block + "attn_norm.weight", 1, 0.2, width);
      random.vector(w, block + "ffn_norm.weight", 1, 0.2, width);
      attention(w, random, block + "attn_q", type, 2, width, heads * head);
      attention(w, random, block + "attn_k", type, 1, width, kvHeads * head);
      attention(w, random, block + "attn_v", better, 1, width, kvHeads * head);
      attention(w, random, block + "attn_output", type, 1, heads * head, width);
      matrix(w, random, block + "ffn_gate.weight", type, 1, width, feedForward);
      matrix(w, random, block + "ffn_up.weight", type, 1, width, feedForward);
      matrix(w, random, block + "ffn_down.weight", better, 1, feedForward, width);
    }
    return w;
  }

  private void metadata(GgufWriter w) {
    w.string("general.name", "random");
    w.uint32("llama.block_count", layers);
    w.uint32("llama.embedding_length", width);
    w.uint32("llama.feed_forward_length", feedForward);
    w.uint32("llama.attention.head_count", heads);
    w.uint32("llama.attention.head_count_kv", kvHeads);
    w.uint32("llama.context_length", context);
    w.uint32("llama.vocab_size", vocabulary);
    w.float32("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    w.float32("llama.rope.freq_base", ropeBase);
    if (headWidth != 0) {
      w.uint32("llama.attention.key_length", headWidth);
      w.uint32("llama.attention.value_length", headWidth);
      w.uint32("llama.rope.dimension_count", headWidth);
    }
    if (!scaling.isEmpty()) {
      w.string("llama.rope.scaling.type", scaling);
      w.float32("llama.rope.scaling.factor", scalingFactor);
      if (originalContext > 0) {
        w.uint32("llama.rope.scaling.original_context_length", originalContext);
      }
    }
    if (exitLayers.length > 0) {
      w.int32s("edgevlm.exit_layers", exitLayers);
    }
  }

  private void attention(
      GgufWriter w, RandomWeights random, String name, GgufType t, double gain, int in, int out) {
    matrix(w, random, name + ".weight", t, gain, in, out);
    if (biases) {
      random.vector(w, name + ".bias", 0, 0.5, out);
    }
  }

  private static void matrix(
      GgufWriter w, RandomWeights random, String name, GgufType t, double gain, int in, int out) {
    random.matrix(w, name, t, gain / Math.sqrt(in), in, out);
  }

  /** The layers that Q4_K_M gives more bits: the first and last eighth, and every third between. */
  private boolean moreBits(int layer) {
    int eighth = layers / 8;
    return layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2;
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.shape;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufMetadata;
import org.edgevlm.gguf.GgufTensor;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.gguf.VocabularyCheck;
import org.edgevlm.spi.inference.ModelFormatException;

/**
 * The hyper-parameters of a language model of GGUF's {@code llama} architecture (LLaMA,
 * MobileLLaMA, TinyLlama, SmolLM2), checked against each other and against every tensor. Once this
 * exists, all tensors that the engine needs are there with fitting shapes and types, and the
 * vocabulary is one that llama.cpp (b4916) loads without ending the process.
 *
 * <p>Tensors, by name and shape in ggml's order: {@code token_embd.weight} [width, vocabulary],
 * {@code output.weight} the same unless {@code tiedHead}, {@code output_norm.weight} [width] and
 * for each layer N {@code blk.N.attn_q.weight} [width, heads × headWidth], {@code attn_k} and
 * {@code attn_v} [width, kvHeads × headWidth], {@code attn_output} [heads × headWidth, width],
 * {@code ffn_gate} and {@code ffn_up} [width, feedForward], {@code ffn_down} [feedForward, width],
 * {@code attn_norm} and {@code ffn_norm} [width]. Optional: a {@code .bias} for each of the four
 * attention matrices, and {@code rope_freqs.weight} [ropeDimension / 2]. Norms and biases are F32.
 *
 * @param layers decoder layers
 * @param width of the hidden state
 * @param feedForward width of the feed-forward network
 * @param heads query heads
 * @param kvHeads key and value heads; divides {@code heads}
 * @param headWidth elements of a head, even
 * @param ropeDimension elements of a head that are rotated, even, at most {@code headWidth}
 * @param ropeFrequencyBase base of the rotary frequencies
 * @param ropeScaling how positions are stretched
 * @param ropeFactors whether {@code rope_freqs.weight} divides the frequencies (LLaMA 3)
 * @param rmsEpsilon of the RMS norms
 * @param contextLength positions that the model was trained with
 * @param vocabularySize tokens
 * @param tiedHead whether logits come from {@code token_embd.weight}, there being no {@code
 *     output.weight}
 * @param exitLayers layers after which an early exit was trained ({@code edgevlm.exit_layers}),
 *     ascending, from 1 to {@code layers}; empty if the file names none
 */
public record LlamaShape(
    int layers,
    int width,
    int feedForward,
    int heads,
    int kvHeads,
    int headWidth,
    int ropeDimension,
    float ropeFrequencyBase,
    RopeScaling ropeScaling,
    boolean ropeFactors,
    float rmsEpsilon,
    int contextLength,
    int vocabularySize,
    boolean tiedHead,
    List<Integer> exitLayers) {

  /** The key that lists the trained exits. */
  /** Types of matrices that the engine multiplies with. */
  public static final Set<GgufType> WEIGHT_TYPES =
      Collections.unmodifiableSet(
          EnumSet.of(
              GgufType.F32,
              GgufType.F16,
              GgufType.Q4_0,
              GgufType.Q4_1,
              GgufType.Q5_0,
              GgufType.Q5_1,
              GgufType.Q8_0,
              GgufType.Q4_K,
              GgufType.Q5_K,
              GgufType.Q6_K,
              GgufType.BF16));

  public static final String EXIT_LAYERS_KEY = "edgevlm.exit_layers";

  private static final String ARCH = "llama";

  /** LLAMA_MAX_LAYERS of llama.cpp. */
  private static final int MOST_LAYERS = 512;

  private static final int WIDEST = 1 << 17;
  private static final int LARGEST_VOCABULARY = 1 << 22;
  private static final int LONGEST_CONTEXT = 1 << 28;

  /** Copies the exits. */
  public LlamaShape {
    Objects.requireNonNull(ropeScaling, "ropeScaling");
    exitLayers = List.copyOf(exitLayers);
  }

  /** Width of all query heads: {@code heads × headWidth}. */
  public int queryWidth() {
    return heads * headWidth;
  }

  /** Width of all key heads, and of all value heads: {@code kvHeads × headWidth}. */
  public int kvWidth() {
    return kvHeads * headWidth;
  }

  /**
   * Reads the shape and checks the whole model.
   *
   * @throws ModelFormatException for anything that the engine or llama.cpp's vocabulary would
   *     stumble over, naming the key or the tensor
   */
  public static LlamaShape of(GgufFile file) {
    GgufMetadata metadata = file.metadata();
    Checks checks = new Checks(file);
    String architecture = metadata.requireString("general.architecture");
    if (!architecture.equals(ARCH)) {
      throw metadata.error(
          "general.architecture",
          "is " + GgufFile.quote(architecture) + "; the engine runs '" + ARCH + "'");
    }
    if (checks.number(ARCH + ".expert_count", 0, 1 << 16, 0) > 0) {
      throw metadata.error(
          ARCH + ".expert_count", "is there: mixtures of experts are not run, only dense models");
    }
    int layers = checks.number(ARCH + ".block_count", 1, MOST_LAYERS);
    int width = checks.number(ARCH + ".embedding_length", 1, WIDEST);
    int heads = perLayer(checks, metadata, "attention.head_count", layers, WIDEST, 0);
    int headWidth = headWidth(checks, metadata, width, heads);
    int kvHeads = perLayer(checks, metadata, "attention.head_count_kv", layers, heads, heads);
    if (heads % kvHeads != 0) {
      throw metadata.error(
          ARCH + ".attention.head_count_kv",
          "is " + kvHeads + ", which does not divide the " + heads + " heads");
    }
    int rope = checks.number(ARCH + ".rope.dimension_count", 2, headWidth, headWidth);
    if (rope % 2 != 0) {
      throw metadata.error(
          ARCH + ".rope.dimension_count", "is " + rope + "; expected an even number");
    }
    int context = checks.number(ARCH + ".context_length", 1, LONGEST_CONTEXT);
    String baseKey = ARCH + ".rope.freq_base";
    GgufTensor embedding = file.requireTensor("token_embd.weight");
    int vocabulary = (int) Math.min(embedding.ne(1), LARGEST_VOCABULARY + 1L);
    LlamaShape shape =
        new LlamaShape(
            layers,
            width,
            perLayer(checks, metadata, "feed_forward_length", layers, 1 << 20, 0),
            heads,
            kvHeads,
            headWidth,
            rope,
            metadata.has(baseKey) ? checks.positive(baseKey, 1e12f) : 10_000f,
            RopeScaling.of(file, ARCH, context),
            file.tensor(LlamaTensors.ROPE_FACTORS).isPresent(),
            checks.positive(ARCH + ".attention.layer_norm_rms_epsilon", 1f),
            context,
            vocabulary,
            file.tensor("output.weight").isEmpty(),
            exits(metadata, layers));
    if (vocabulary > LARGEST_VOCABULARY) {
      throw file.error(
          "tensor 'token_embd.weight' has "
              + embedding.ne(1)
              + " rows; at most "
              + LARGEST_VOCABULARY
              + " tokens are supported");
    }
    LlamaTensors.check(file, shape);
    VocabularyCheck.check(file, vocabulary);
    return shape;
  }

  /** A number that is one for the model or an array with the same for each layer. */
  private static int perLayer(
      Checks checks, GgufMetadata metadata, String name, int layers, int most, int missing) {
    String key = ARCH + "." + name;
    if (missing > 0 && !metadata.has(key)) {
      return missing;
    }
    if (metadata.elementType(key).isEmpty()) {
      return checks.number(key, 1, most);
    }
    int length = metadata.arrayLength(key);
    if (length != layers) {
      throw metadata.error(key, "has " + length + " elements; expected one a layer, " + layers);
    }
    int[] values = metadata.requireInts(key);
    for (int value : values) {
      if (value != values[0]) {
        throw metadata.error(
            key, "differs by layer (" + values[0] + ", " + value + "); expected one value for all");
      }
    }
    return checks.inRange(key, values[0], 1, most);
  }

  private static int headWidth(Checks checks, GgufMetadata metadata, int width, int heads) {
    String keyLength = ARCH + ".attention.key_length";
    String valueLength = ARCH + ".attention.value_length";
    if (width % heads != 0 && !metadata.has(keyLength)) {
      throw metadata.error(
          ARCH + ".attention.head_count",
          "is " + heads + ", which does not divide the width " + width);
    }
    int key = checks.number(keyLength, 2, 4096, width / heads);
    int value = checks.number(valueLength, 2, 4096, width / heads);
    if (key != value) {
      throw metadata.error(
          valueLength, "is " + value + " while keys have " + key + "; the engine wants one width");
    }
    if (key % 2 != 0 || key < 2 || key > 4096) {
      throw metadata.error(
          metadata.has(keyLength) ? keyLength : ARCH + ".attention.head_count",
          "gives heads of width " + key + "; expected an even number from 2 to 4096");
    }
    if ((long) heads * key > WIDEST) {
      throw metadata.error(
          keyLength, "is " + key + " with " + heads + " heads, wider than " + WIDEST + " in all");
    }
    return key;
  }

  private static List<Integer> exits(GgufMetadata metadata, int layers) {
    List<Integer> exits = new ArrayList<>();
    if (!metadata.has(EXIT_LAYERS_KEY)) {
      return exits;
    }
    if (metadata.arrayLength(EXIT_LAYERS_KEY) > layers) {
      throw metadata.error(
          EXIT_LAYERS_KEY, "lists more exits than the model's " + layers + " layers");
    }
    int last = 0;
    for (int exit : metadata.requireInts(EXIT_LAYERS_KEY)) {
      if (exit <= last || exit > layers) {
        throw metadata.error(
            EXIT_LAYERS_KEY,
            "lists " + exit + " after " + last + "; expected ascending layers, 1 to " + layers);
      }
      exits.add(exit);
      last = exit;
    }
    return exits;
  }
}

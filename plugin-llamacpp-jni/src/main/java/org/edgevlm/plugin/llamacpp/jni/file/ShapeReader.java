package org.edgevlm.plugin.llamacpp.jni.file;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufMetadata;
import org.edgevlm.gguf.GgufValueType;
import org.edgevlm.gguf.VocabularyCheck;
import org.edgevlm.spi.inference.ModelFormatException;

/**
 * Reads the keys that llama.cpp builds its graph from, and refuses what its assertions (which end
 * the process) or a division would stumble over. Missing tensors and wrong shapes are left to
 * llama.cpp, which reports them.
 */
final class ShapeReader {

  /** LLAMA_MAX_LAYERS and LLAMA_MAX_EXPERTS. */
  private static final int MOST_LAYERS = 512;

  private static final int MOST_EXPERTS = 256;
  private static final int WIDEST = 1 << 18;
  private static final int WIDEST_HEAD = 4096;
  private static final int LARGEST_VOCABULARY = 1 << 22;
  private static final int LONGEST_CONTEXT = 1 << 28;
  private static final String EXITS = "edgevlm.exit_layers";

  /** The graphs of these tell models apart by their layers, and end the process for others. */
  private static final Map<String, Set<Integer>> LAYERS =
      Map.of("gemma2", Set.of(26, 42, 46), "baichuan", Set.of(32, 40));

  /** Every so many layers one sees all: a mask that no layer uses ends the process. */
  private static final Map<String, Integer> FEWEST_LAYERS = Map.of("cohere2", 4);

  private final GgufFile file;
  private final GgufMetadata metadata;
  private final Architecture architecture;
  private final String prefix;

  ShapeReader(GgufFile file) {
    this.file = file;
    metadata = file.metadata();
    String name = metadata.requireString("general.architecture");
    Optional<String> refusal = Architecture.refusal(name);
    if (refusal.isPresent()) {
      throw metadata.error("general.architecture", "is '" + name + "', which " + refusal.get());
    }
    architecture =
        Architecture.of(name)
            .orElseThrow(
                () ->
                    metadata.error(
                        "general.architecture",
                        "is "
                            + GgufFile.quote(name)
                            + ", which llama.cpp b4916 doesn't know; it knows "
                            + String.join(", ", Architecture.names())));
    prefix = name + ".";
  }

  ModelShape read() {
    int fewest = FEWEST_LAYERS.getOrDefault(architecture.name(), 1);
    int layers = number("block_count", fewest, MOST_LAYERS);
    if (!LAYERS.getOrDefault(architecture.name(), Set.of(layers)).contains(layers)) {
      throw metadata.error(
          prefix + "block_count",
          "is "
              + layers
              + "; llama.cpp runs '"
              + architecture.name()
              + "' with "
              + LAYERS.get(architecture.name()).stream().sorted().toList()
              + " layers");
    }
    int width = number("embedding_length", 1, WIDEST);
    int context = number("context_length", 1, LONGEST_CONTEXT);
    int[] heads = perLayer("attention.head_count", layers, null);
    int[] kvHeads = perLayer("attention.head_count_kv", layers, heads);
    checkHeads(heads, kvHeads);
    // llama.cpp derives both widths from the first layer's heads.
    int derived = width / heads[0];
    int keyWidth = number("attention.key_length", 1, WIDEST_HEAD, derived);
    int valueWidth = number("attention.value_length", 1, WIDEST_HEAD, derived);
    checkWidths(width, heads[0], kvHeads[0], keyWidth, valueWidth);
    long feedForward = feedForward(layers);
    new GraphCheck(file, architecture, layers).check();
    int vocabulary = vocabulary(width);
    boolean learned =
        file.tensor("position_embd.weight").isPresent() || architecture.name().equals("gpt2");
    return new ModelShape(
        architecture.name(),
        layers,
        width,
        ModelShape.list(heads),
        ModelShape.list(kvHeads),
        keyWidth,
        valueWidth,
        feedForward,
        context,
        learned,
        vocabulary,
        movable(learned, layers),
        exits(layers));
  }

  /** Baichuan's larger model rotates nothing, which moving it would. */
  private boolean movable(boolean learned, int layers) {
    return !learned
        && architecture.heads() != Architecture.Heads.LATENT
        && !(architecture.name().equals("baichuan") && layers == 40);
  }

  private void checkHeads(int[] heads, int[] kvHeads) {
    for (int layer = 0; layer < heads.length; layer++) {
      boolean none = heads[layer] == 0;
      if (kvHeads[layer] < 1 ? !none || !architecture.perLayer() : none) {
        throw metadata.error(
            prefix + "attention.head_count",
            "gives layer " + layer + " " + heads[layer] + " heads and " + kvHeads[layer] + " of K");
      }
      if (!none && heads[layer] % kvHeads[layer] != 0) {
        throw metadata.error(
            prefix + "attention.head_count_kv",
            "is " + kvHeads[layer] + ", which does not divide the " + heads[layer] + " heads");
      }
      if (!architecture.perLayer() && (heads[layer] != heads[0] || kvHeads[layer] != kvHeads[0])) {
        throw metadata.error(
            prefix + "attention.head_count",
            "differs by layer; '" + architecture.name() + "' has the same heads in all");
      }
    }
    if (heads[0] == 0) {
      throw metadata.error(prefix + "attention.head_count", "gives the first layer no heads");
    }
  }

  private void checkWidths(int width, int heads, int kvHeads, int keyWidth, int valueWidth) {
    String key = prefix + "attention.key_length";
    if (keyWidth < 1 || valueWidth < 1) {
      throw metadata.error(
          prefix + "attention.head_count", "is more than the width of " + width + " has numbers");
    }
    int rope = number("rope.dimension_count", 0, WIDEST_HEAD, keyWidth);
    if (rope > keyWidth || rope % 2 != 0) {
      throw metadata.error(
          metadata.has(prefix + "rope.dimension_count") ? prefix + "rope.dimension_count" : key,
          "rotates " + rope + " of a head's " + keyWidth + " numbers; expected an even part");
    }
    if (architecture.heads() == Architecture.Heads.LATENT) {
      number("attention.kv_lora_rank", 1, WIDEST);
      number("attention.q_lora_rank", 0, WIDEST, 0);
      if (kvHeads != heads) {
        throw metadata.error(
            prefix + "attention.head_count_kv",
            "is " + kvHeads + "; latent attention has as many as heads, " + heads);
      }
      if (rope < 2 || rope >= keyWidth) {
        throw metadata.error(
            prefix + "rope.dimension_count",
            "is " + rope + "; expected less than the key's " + keyWidth);
      }
      return;
    }
    if (keyWidth != valueWidth) {
      throw metadata.error(
          prefix + "attention.value_length",
          "is "
              + valueWidth
              + " while keys have "
              + keyWidth
              + "; '"
              + architecture.name()
              + "' has one width for both");
    }
    if (architecture.heads() == Architecture.Heads.ROTATED && rope != keyWidth) {
      throw metadata.error(
          prefix + "rope.dimension_count",
          "is " + rope + "; '" + architecture.name() + "' rotates all " + keyWidth);
    }
    if (!architecture.freeWidth() && (long) heads * keyWidth != width) {
      throw metadata.error(
          prefix + "attention.head_count",
          "gives " + heads + " heads of " + keyWidth + ", which don't make up the width " + width);
    }
    if ((long) heads * keyWidth > WIDEST) {
      throw metadata.error(key, "is " + keyWidth + " with " + heads + " heads: too wide");
    }
  }

  private long feedForward(int layers) {
    int[] each = perLayer("feed_forward_length", layers, new int[layers]);
    int experts = number("expert_count", 0, MOST_EXPERTS, 0);
    int used = number("expert_used_count", 0, experts, 0);
    if (experts > 0 && used == 0) {
      throw metadata.error(
          prefix + "expert_used_count", "is missing or 0 with " + experts + " experts");
    }
    int expertWidth = number("expert_feed_forward_length", 0, WIDEST, 0);
    number("expert_gating_func", 0, 2, 0);
    int shared = number("expert_shared_count", 0, MOST_EXPERTS, 0);
    number("expert_shared_feed_forward_length", 0, WIDEST, 0);
    number("leading_dense_block_count", 0, layers, 0);
    long widest = Arrays.stream(each).max().orElse(0);
    return Math.max(widest * Math.max(1, used), (long) expertWidth * (used + shared) + widest);
  }

  private int vocabulary(int width) {
    long rows = file.requireTensor("token_embd.weight").ne(1);
    if (rows > LARGEST_VOCABULARY) {
      throw file.error(
          "tensor 'token_embd.weight' has " + rows + " rows; at most " + LARGEST_VOCABULARY);
    }
    if (file.requireTensor("token_embd.weight").ne(0) != width) {
      throw file.error(
          "tensor 'token_embd.weight' has rows of "
              + file.requireTensor("token_embd.weight").ne(0)
              + "; expected "
              + width);
    }
    VocabularyCheck.check(file, (int) rows);
    return (int) rows;
  }

  private List<Integer> exits(int layers) {
    if (!metadata.has(EXITS)) {
      return List.of();
    }
    if (metadata.arrayLength(EXITS) > layers) {
      throw metadata.error(EXITS, "lists more exits than the model's " + layers + " layers");
    }
    int[] exits = metadata.requireInts(EXITS);
    for (int i = 0; i < exits.length; i++) {
      if (exits[i] < 1 || exits[i] > layers || (i > 0 && exits[i] <= exits[i - 1])) {
        throw metadata.error(EXITS, "lists " + exits[i] + "; expected ascending, 1 to " + layers);
      }
    }
    return ModelShape.list(exits);
  }

  /** One number for all layers, or an array with one for each, as llama.cpp takes them. */
  private int[] perLayer(String name, int layers, int[] missing) {
    String key = prefix + name;
    if (missing != null && !metadata.has(key)) {
      return missing;
    }
    int[] values = new int[layers];
    if (metadata.type(key).equals(Optional.of(GgufValueType.ARRAY))) {
      int length = metadata.arrayLength(key);
      if (length != layers) {
        throw metadata.error(key, "has " + length + " elements; expected one a layer, " + layers);
      }
      values = metadata.requireInts(key);
    } else {
      Arrays.fill(values, number(name, 0, WIDEST));
    }
    for (int value : values) {
      if (value < 0 || value > WIDEST) {
        throw outOfRange(key, value, 0, WIDEST);
      }
    }
    return values;
  }

  private int number(String name, int least, int most) {
    String key = prefix + name;
    // llama.cpp takes no other type of number.
    long value = metadata.requireUint32(key);
    if (value < least || value > most) {
      throw outOfRange(key, value, least, most);
    }
    return (int) value;
  }

  private int number(String name, int least, int most, int missing) {
    return metadata.has(prefix + name) ? number(name, least, most) : missing;
  }

  private ModelFormatException outOfRange(String key, long value, int least, int most) {
    return metadata.error(key, "is " + value + ", out of range; expected " + least + " to " + most);
  }
}

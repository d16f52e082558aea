package org.edgevlm.plugin.llamacpp.jni.file;

import java.util.EnumSet;
import java.util.Set;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufMetadata;
import org.edgevlm.gguf.GgufTensor;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.gguf.GgufValueType;

/** Numbers and tensor types that ggml asserts on when llama.cpp's graph is built or computed. */
final class GraphCheck {

  /** Types that ggml has no product for: they end the process. */
  private static final Set<GgufType> NO_WEIGHTS =
      EnumSet.of(
          GgufType.Q8_1,
          GgufType.Q8_K,
          GgufType.I8,
          GgufType.I16,
          GgufType.I32,
          GgufType.I64,
          GgufType.F64);

  private static final String[] EPSILONS = {
    "attention.layer_norm_epsilon",
    "attention.layer_norm_rms_epsilon",
    "attention.group_norm_epsilon"
  };

  private static final String[] FLOATS = {
    "logit_scale",
    "attn_logit_softcapping",
    "final_logit_softcapping",
    "residual_scale",
    "embedding_scale",
    "attention.max_alibi_bias",
    "attention.clamp_kqv",
    "attention.scale",
    "expert_weights_scale",
    "rope.freq_base",
    "rope.scale_linear",
    "rope.scaling.factor",
    "rope.scaling.attn_factor",
    "rope.scaling.yarn_log_multiplier"
  };

  private final GgufFile file;
  private final GgufMetadata metadata;
  private final Architecture architecture;
  private final int layers;

  GraphCheck(GgufFile file, Architecture architecture, int layers) {
    this.file = file;
    metadata = file.metadata();
    this.architecture = architecture;
    this.layers = layers;
  }

  void check() {
    for (String name : EPSILONS) {
      String key = key(name);
      if (metadata.has(key) && !(float32(key) >= 0)) {
        throw metadata.error(key, "is " + float32(key) + "; expected a number that isn't negative");
      }
    }
    for (String name : FLOATS) {
      if (metadata.has(key(name))) {
        float32(key(name));
      }
    }
    String scaling = metadata.optionalString(key("rope.scaling.type")).orElse("linear");
    if (!Set.of("none", "linear", "yarn", "longrope").contains(scaling)) {
      throw metadata.error(
          key("rope.scaling.type"),
          "is " + GgufFile.quote(scaling) + "; expected none, linear, yarn or longrope");
    }
    String window = key("attention.sliding_window");
    boolean given = metadata.has(window) || !architecture.name().equals("gemma2");
    if (architecture.window() && given && metadata.requireUint32(window) < 1) {
      throw metadata.error(window, "is 0; '" + architecture.name() + "' needs a window");
    }
    file.tensors().values().forEach(this::tensor);
    for (int layer = 0; architecture.name().equals("phi3") && layer < layers; layer++) {
      // Optional when it is loaded, but not when the graph is built.
      file.requireTensor("blk." + layer + ".attn_qkv.weight");
    }
  }

  private void tensor(GgufTensor tensor) {
    if (NO_WEIGHTS.contains(tensor.type())) {
      throw file.error(
          "tensor '" + tensor.name() + "' is of type " + tensor.type() + "; no weights are");
    }
    // Norms, biases and factors go into operations of ggml that take floats alone.
    boolean vector = tensor.elements() == tensor.ne(0) || !tensor.name().endsWith(".weight");
    boolean matrix = tensor.name().startsWith("token_embd.") || tensor.ne(1) > 1;
    if (vector && !matrix && tensor.type() != GgufType.F32) {
      throw file.error(
          "tensor '"
              + tensor.name()
              + "' is a vector of type "
              + tensor.type()
              + "; expected F32 for norms and biases");
    }
    if (tensor.name().startsWith("blk.")) {
      checkLayer(tensor.name());
    }
  }

  private void checkLayer(String name) {
    int end = name.indexOf('.', 4);
    String number = end < 0 ? "" : name.substring(4, end);
    if (!number.matches("0|[1-9][0-9]{0,3}") || Integer.parseInt(number) >= layers) {
      throw file.error(
          "tensor '" + name + "' belongs to no layer; the file has layers 0 to " + (layers - 1));
    }
  }

  private float float32(String key) {
    // Another type makes llama.cpp throw; a number that isn't finite goes anywhere.
    if (metadata.type(key).filter(type -> type == GgufValueType.FLOAT32).isEmpty()) {
      throw metadata.error(key, "is no FLOAT32, the only type that llama.cpp takes");
    }
    return metadata.requireFloat(key);
  }

  private String key(String name) {
    return architecture.name() + "." + name;
  }
}

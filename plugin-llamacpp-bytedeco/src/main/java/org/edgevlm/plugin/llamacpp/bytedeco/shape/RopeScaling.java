package org.edgevlm.plugin.llamacpp.bytedeco.shape;

import java.util.Locale;
import java.util.Objects;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufMetadata;

/**
 * How rotary positions are stretched beyond the context that a model was first trained with.
 *
 * @param type the method
 * @param factor by how much positions are compressed: ggml's {@code freq_scale} is its inverse; 1
 *     for none
 * @param originalContext positions before the stretch, for YaRN ({@code n_ctx_orig}); the context
 *     length unless the file says otherwise
 * @param attentionFactor what rotated queries and keys are multiplied with (ggml's {@code
 *     attn_factor}, before YaRN's own correction, which ggml applies); 1 unless the file says
 *     otherwise
 */
public record RopeScaling(Type type, float factor, int originalContext, float attentionFactor) {

  /** The methods that LLaMA-type files use. */
  public enum Type {
    /** Positions as they are. */
    NONE,
    /** All positions divided by the factor. */
    LINEAR,
    /** By wave length, after "YaRN: Efficient Context Window Extension" (ggml: ext_factor 1). */
    YARN
  }

  /** Checks for nulls. */
  public RopeScaling {
    Objects.requireNonNull(type, "type");
  }

  /** ggml's {@code freq_scale}: 1 / factor. */
  public float frequencyScale() {
    return 1f / factor;
  }

  /**
   * Reads {@code <arch>.rope.scaling.*} and the older {@code <arch>.rope.scale_linear} as llama.cpp
   * does: a missing type means linear, a missing or zero factor means 1. Linear by 1 is reported as
   * {@link Type#NONE}.
   */
  static RopeScaling of(GgufFile file, String arch, int contextLength) {
    GgufMetadata metadata = file.metadata();
    Checks checks = new Checks(file);
    String prefix = arch + ".rope.scaling.";
    String typeKey = prefix + "type";
    String name = metadata.optionalString(typeKey).orElse("linear");
    Type type;
    try {
      type = Type.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw metadata.error(
          typeKey, "is " + GgufFile.quote(name) + "; the engine runs none, linear and yarn");
    }
    String factorKey = prefix + "factor";
    if (!metadata.has(factorKey)) {
      factorKey = arch + ".rope.scale_linear";
    }
    float factor = metadata.optionalFloat(factorKey).orElse(1f);
    if (factor == 0 || type == Type.NONE) {
      factor = 1;
    }
    if (!(factor >= 1e-3f && factor <= 1e4f)) {
      throw metadata.error(factorKey, "is " + factor + ", out of range; expected 0.001 to 10000");
    }
    String attentionKey = prefix + "attn_factor";
    float attention = metadata.has(attentionKey) ? checks.positive(attentionKey, 1e4f) : 1;
    int original = checks.number(prefix + "original_context_length", 1, 1 << 28, contextLength);
    if (type == Type.LINEAR && factor == 1) {
      type = Type.NONE;
    }
    return new RopeScaling(type, factor, original, attention);
  }
}

package org.edgevlm.plugin.llamacpp.jni.model;

import java.util.Optional;
import org.edgevlm.plugin.llamacpp.jni.file.ModelShape;
import org.edgevlm.spi.PluginException;

/**
 * What the configuration says, checked against a model's shape by {@link #check}.
 *
 * @param threads that compute one token
 * @param batchThreads that compute prompts
 * @param contextLength positions of a session; 0 for the model's own, up to 2048
 * @param batch tokens handed to llama.cpp together
 * @param microBatch tokens computed together
 * @param mmap whether weights are mapped from the file
 * @param mlock whether weights are kept from being swapped out
 * @param keys type of K
 * @param values type of V
 * @param flash whether attention is fused
 * @param contextShift whether a full session drops its oldest positions
 * @param contextKeep positions at the beginning that are never dropped
 * @param chatTemplate in place of the file's
 */
public record ModelSettings(
    int threads,
    int batchThreads,
    int contextLength,
    int batch,
    int microBatch,
    boolean mmap,
    boolean mlock,
    KvType keys,
    KvType values,
    FlashAttention flash,
    boolean contextShift,
    int contextKeep,
    Optional<String> chatTemplate) {

  /** The model's own context, up to this many positions, where the configuration names none. */
  private static final int MODERATE_CONTEXT = 2048;

  private static final String ID = "llamacpp-jni.";

  /** Positions of a session of a model. */
  public int contextLength(ModelShape shape) {
    return contextLength == 0 ? Math.min(shape.contextLength(), MODERATE_CONTEXT) : contextLength;
  }

  /** Whether attention is fused for a model. */
  public boolean flash(ModelShape shape) {
    return flash != FlashAttention.OFF && canFuse(shape);
  }

  private static boolean canFuse(ModelShape shape) {
    return shape.keyWidth() == shape.valueWidth() && !shape.architecture().equals("grok");
  }

  /**
   * Refuses keys that don't go together, or not with a model.
   *
   * @throws PluginException naming the keys and what would be right
   */
  public void check(ModelShape shape) {
    if (flash == FlashAttention.ON && !canFuse(shape)) {
      throw new PluginException(
          ID
              + "flash_attention: on doesn't go with the architecture '"
              + shape.architecture()
              + "': use auto or off");
    }
    if (values.quantized() && !flash(shape)) {
      throw new PluginException(
          ID
              + "kv_type_v: "
              + values.display()
              + " needs the fused attention, which "
              + (flash == FlashAttention.OFF
                  ? "flash_attention: off turns off: use flash_attention: auto, or kv_type_v: f16"
                  : "this model's architecture hasn't: use kv_type_v: f16"));
    }
    whole("kv_type_k", keys, shape.keyWidth());
    whole("kv_type_v", values, shape.valueWidth());
    int length = contextLength(shape);
    if (shape.learnedPositions() && length > shape.contextLength()) {
      throw new PluginException(
          ID
              + "context_length: "
              + length
              + " is more than the model has positions: use at most "
              + shape.contextLength());
    }
    if (contextShift) {
      checkShift(shape, length);
    }
  }

  private void checkShift(ModelShape shape, int length) {
    if (!shape.movable()) {
      throw new PluginException(
          ID
              + "context_shift: true doesn't go with this model, whose K can't be given other"
              + " positions: use context_shift: false");
    }
    if (contextKeep > length / 2) {
      throw new PluginException(
          ID
              + "context_keep: "
              + contextKeep
              + " leaves too little of a context of "
              + length
              + " to drop: use at most "
              + length / 2);
    }
  }

  private static void whole(String key, KvType type, int width) {
    if (width % type.block() != 0) {
      throw new PluginException(
          ID
              + key
              + ": "
              + type.display()
              + " needs heads of a multiple of "
              + type.block()
              + " numbers, the model's have "
              + width
              + ": use f16");
    }
  }
}

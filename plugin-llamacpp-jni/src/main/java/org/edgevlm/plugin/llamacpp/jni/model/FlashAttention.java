package org.edgevlm.plugin.llamacpp.jni.model;

/** Whether attention is computed in one fused pass. */
public enum FlashAttention {
  /** Where the model allows it. */
  AUTO,
  /** Always; a model that doesn't allow it is refused. */
  ON,
  /** Never. */
  OFF
}

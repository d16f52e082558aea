package org.edgevlm.spi;

/**
 * What a backend can do beyond text in, text out. A backend's provider lists what it has, policies
 * and strategies list what they need, and the assembly refuses a set that doesn't fit.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public enum Capability {
  /** Sessions can be fed token by token, and give logits for chosen positions. */
  TOKEN_STEPPING("feeds tokens one step at a time and reads logits"),
  /** Sessions take image embeddings in place of tokens. */
  IMAGE_EMBEDDINGS("takes image embeddings in place of tokens"),
  /** {@code InferenceSession.rewind} goes back to an earlier position. */
  REWIND("goes back to an earlier position"),
  /** Each layer has its own KV length, and dropping entries frees memory. */
  LAYERWISE_KV("keeps, drops and frees KV entries layer by layer"),
  /** Attention that each KV entry received can be tracked. */
  ATTENTION_SCORES("tracks the attention that each KV entry receives"),
  /** A step can end at an exit layer. */
  EARLY_EXIT("ends a step at an exit layer"),
  /**
   * K and V can be stored in a quantised type; with {@link #LAYERWISE_KV}, entry by entry through
   * {@code KvCache.compress}.
   */
  KV_QUANTIZATION("stores K and V in a quantised type"),
  /** Several sessions advance in one pass over the weights. */
  BATCHED_SESSIONS("advances several sessions in one pass over the weights"),
  /** Answers can be constrained to a grammar or a JSON schema. */
  GRAMMAR("constrains answers to a grammar");

  private final String description;

  Capability(String description) {
    this.description = description;
  }

  /** What a backend with it does, as a verb phrase. */
  public String description() {
    return description;
  }
}

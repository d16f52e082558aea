package org.edgevlm.spi.inference;

import java.util.Optional;
import org.edgevlm.spi.Api;
import org.edgevlm.spi.cache.KvCache;

/**
 * One conversation's state: what was fed so far, as K and V of every layer. Sessions of one model
 * don't see each other. A session is used by one thread at a time; it may wander between threads if
 * one happens-before the other.
 *
 * <p>Every argument is checked before native code sees it; a refused call leaves the session as it
 * was.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface InferenceSession extends AutoCloseable {

  /** The number of positions fed and not rewound, which is the position of what is fed next. */
  int position();

  /** Positions in all. */
  int capacity();

  /**
   * Feeds tokens.
   *
   * @param tokens holds the ids, each in {@code 0 … vocabularySize - 1}; not kept
   * @param offset of the first in {@code tokens}
   * @param count how many, at least 1
   * @param outputs which positions' logits are wanted
   * @return the logits; the same object at each call, valid until the next
   * @throws ContextFullException if they don't fit
   */
  StepResult step(int[] tokens, int offset, int count, Outputs outputs);

  /**
   * Feeds an image in place of tokens.
   *
   * @throws ContextFullException if it doesn't fit
   * @throws IllegalArgumentException if its width isn't the model's
   * @throws org.edgevlm.spi.PluginException if the backend has no {@link
   *     org.edgevlm.spi.Capability#IMAGE_EMBEDDINGS}
   */
  StepResult step(ImageEmbedding image, Outputs outputs);

  /**
   * Takes the latest positions through all layers where their steps ended early: the session and
   * the logits are then as if these tokens had been fed together, in a session without exits. Self-
   * speculation (LayerSkip, arXiv 2404.16710) verifies a draft with it.
   *
   * <p>Unless overridden the tokens are rewound and fed again. A backend that still has the exits'
   * hidden states goes on from there.
   *
   * @param tokens holds what was fed last, in steps of one token; not kept
   * @param offset of the first in {@code tokens}
   * @param count how many, from 1 to {@link #position()}; a session with exits has a rule that
   *     {@linkplain ExitRule#isOpen is not open} meanwhile
   * @return logits of each of these positions, as with {@link Outputs#ALL}
   * @throws org.edgevlm.spi.PluginException if the backend has no {@link
   *     org.edgevlm.spi.Capability#REWIND} and needs it for this
   */
  default StepResult complete(int[] tokens, int offset, int count) {
    rewind(position() - count);
    return step(tokens, offset, count, Outputs.ALL);
  }

  /**
   * Forgets everything at and after a position. Entries that a cache policy dropped before stay
   * dropped.
   *
   * @param position in {@code 0 … position()}
   * @throws org.edgevlm.spi.PluginException if the backend has no {@link
   *     org.edgevlm.spi.Capability#REWIND}
   */
  void rewind(int position);

  /** The layers' K and V, where the backend has {@link org.edgevlm.spi.Capability#LAYERWISE_KV}. */
  Optional<KvCache> kvCache();

  /** Bytes that this session holds for K and V now. */
  long kvBytes();

  /** Frees the session. Idempotent. */
  @Override
  void close();
}

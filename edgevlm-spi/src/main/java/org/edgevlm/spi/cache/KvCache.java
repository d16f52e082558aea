package org.edgevlm.spi.cache;

import org.edgevlm.spi.Api;

/**
 * A session's K and V, layer by layer. Entries of a layer are numbered from 0 in the order of their
 * positions; after an eviction they are numbered anew, and each keeps its position. Confined to the
 * session's thread; a view, not a copy.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface KvCache {

  /** Layers of the model. */
  int layers();

  /** Entries that a layer holds. */
  int length(int layer);

  /** The position that an entry was fed at. */
  int position(int layer, int entry);

  /** Whether an entry came from an image. */
  boolean isImage(int layer, int entry);

  /**
   * The attention each entry of a layer received since it came; see {@link AttentionTracking}.
   *
   * @param destination gets {@code length(layer)} values
   * @throws IllegalStateException if the session doesn't track it
   */
  void accumulatedAttention(int layer, float[] destination);

  /**
   * The attention each entry of a layer received from the latest queries; see {@link
   * AttentionTracking}.
   *
   * @param destination gets {@code length(layer)} values
   * @throws IllegalStateException if the session doesn't track it
   */
  void recentAttention(int layer, float[] destination);

  /**
   * How many values an entry's keys have, and its values: {@code kvHeads × headWidth}.
   *
   * @throws UnsupportedOperationException if the backend is older than this method
   */
  default int rowWidth() {
    throw new UnsupportedOperationException("this backend doesn't tell the width of K and V");
  }

  /**
   * An entry's keys, position encoding included, of all KV heads one after the other.
   *
   * @param destination gets {@code kvHeads × headWidth} values
   */
  void keys(int layer, int entry, float[] destination);

  /**
   * An entry's values of all KV heads one after the other.
   *
   * @param destination gets {@code kvHeads × headWidth} values
   */
  void values(int layer, int entry, float[] destination);

  /**
   * Keeps these entries of a layer and drops the others; memory that is no longer needed is freed.
   *
   * @param entries ascending
   * @param count how many of {@code entries}; at least 1 unless the layer is empty
   */
  void retain(int layer, int[] entries, int count);

  /**
   * How many of a layer's entries are compressed: its first ones. Compressed entries stay as they
   * are until they are dropped; what {@link #keys} and {@link #values} give of them is what
   * attention sees.
   */
  @Api(status = Api.Status.EXPERIMENTAL, since = "0.1")
  default int compressed(int layer) {
    return 0;
  }

  /**
   * Stores a layer's entries, from {@code compressed(layer)} on, in fewer bits and frees the memory
   * that they took. A few at the end may stay as they are, where so few wouldn't gain.
   *
   * @param end the entry after the last one to compress, from {@code compressed(layer)} to {@code
   *     length(layer)}
   * @throws UnsupportedOperationException if the backend has no {@link
   *     org.edgevlm.spi.Capability#KV_QUANTIZATION}
   */
  @Api(status = Api.Status.EXPERIMENTAL, since = "0.1")
  default void compress(int layer, int end, KvCompression compression) {
    throw new UnsupportedOperationException("this backend doesn't compress K and V");
  }

  /** Bytes that a layer holds for K and V, block rounding included. */
  long bytes(int layer);

  /**
   * Bytes that a layer would hold with so many entries, none of them compressed, block rounding
   * included: what a policy weighs its budget with, whatever another one compresses. By default in
   * proportion to what the layer holds now.
   */
  default long bytes(int layer, int entries) {
    int length = length(layer);
    return length == 0 ? 0 : (long) Math.ceil((double) bytes(layer) / length * entries);
  }

  /** Bytes of all layers. */
  default long bytes() {
    long sum = 0;
    for (int layer = 0; layer < layers(); layer++) {
      sum += bytes(layer);
    }
    return sum;
  }
}

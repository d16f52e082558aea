package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.LlamaShape;

/** What the layers of a session share once entries of it are packed. */
final class PackedCache implements AutoCloseable {

  private final LlamaShape shape;
  private final Arena arena;
  private final Region scratch;
  private final int capacity;

  /**
   * @param capacity entries, a multiple of 8
   */
  PackedCache(LlamaShape shape, int capacity, int threads) {
    this.shape = shape;
    this.capacity = capacity;
    // No block takes more than its entries did: few bits by the smallest block and the largest rank
    // that PackedLayer allows. A page is for the headers of very small ones.
    long full = 2L * shape.layers() * capacity * shape.kvWidth() * Short.BYTES;
    arena = new Arena(2 * full + Region.PAGE);
    long turned = (long) threads * (shape.headWidth() + PackedLayer.LEAST) * Float.BYTES;
    scratch =
        Region.reserve(AttentionRecorder.scratchBytes(shape.heads(), threads, capacity) + turned);
  }

  Arena arena() {
    return arena;
  }

  int kvHeads() {
    return shape.kvHeads();
  }

  int headWidth() {
    return shape.headWidth();
  }

  int capacity() {
    return capacity;
  }

  /** Address of what the kernel works in. */
  long scratch() {
    return scratch.address();
  }

  @Override
  public void close() {
    arena.close();
    scratch.close();
  }
}

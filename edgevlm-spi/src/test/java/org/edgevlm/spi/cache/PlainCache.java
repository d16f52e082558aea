package org.edgevlm.spi.cache;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A cache without a model: entries with positions, attention made up by a rule, and memory in
 * blocks.
 */
final class PlainCache implements KvCache {

  private final int[][] positions;
  private final int imageFrom;
  private final int imageTo;
  private final int rowsPerBlock;

  /** Retains called. */
  int retained;

  /**
   * @param layers layers of {@code length} entries each
   * @param imageFrom the first position of the image
   * @param imageTo the position after the image
   * @param rowsPerBlock entries that a block of 1,000 bytes has room for
   */
  PlainCache(int layers, int length, int imageFrom, int imageTo, int rowsPerBlock) {
    positions = new int[layers][];
    for (int layer = 0; layer < layers; layer++) {
      positions[layer] = IntStream.range(0, length).toArray();
    }
    this.imageFrom = imageFrom;
    this.imageTo = imageTo;
    this.rowsPerBlock = rowsPerBlock;
  }

  /** The positions that a layer has. */
  int[] positions(int layer) {
    return positions[layer];
  }

  /** One more entry in each layer. */
  void append(int position) {
    for (int layer = 0; layer < positions.length; layer++) {
      int[] old = positions[layer];
      positions[layer] = Arrays.copyOf(old, old.length + 1);
      positions[layer][old.length] = position;
    }
  }

  @Override
  public int layers() {
    return positions.length;
  }

  @Override
  public int length(int layer) {
    return positions[layer].length;
  }

  @Override
  public int position(int layer, int entry) {
    return positions[layer][entry];
  }

  @Override
  public boolean isImage(int layer, int entry) {
    int position = positions[layer][entry];
    return position >= imageFrom && position < imageTo;
  }

  @Override
  public void accumulatedAttention(int layer, float[] destination) {
    for (int entry = 0; entry < length(layer); entry++) {
      destination[entry] = attention(layer, position(layer, entry));
    }
  }

  /** Looks random, and is the same each time; more in later layers. */
  static float attention(int layer, int position) {
    return Math.floorMod((position * 7919L + layer * 104_729L) * 2_654_435_761L, 1_000_003L)
        / 1e6f
        * (layer + 3);
  }

  @Override
  public void recentAttention(int layer, float[] destination) {
    throw new IllegalStateException("not tracked");
  }

  @Override
  public void keys(int layer, int entry, float[] destination) {
    Arrays.fill(destination, position(layer, entry));
  }

  @Override
  public void values(int layer, int entry, float[] destination) {
    Arrays.fill(destination, position(layer, entry));
  }

  @Override
  public void retain(int layer, int[] entries, int count) {
    int[] old = positions[layer];
    positions[layer] = Arrays.stream(entries, 0, count).map(entry -> old[entry]).toArray();
    retained++;
  }

  @Override
  public long bytes(int layer) {
    return bytes(layer, length(layer));
  }

  @Override
  public long bytes(int layer, int entries) {
    return (entries + rowsPerBlock - 1L) / rowsPerBlock * 1000;
  }
}

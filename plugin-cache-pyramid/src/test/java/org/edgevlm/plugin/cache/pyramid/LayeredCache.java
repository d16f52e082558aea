package org.edgevlm.plugin.cache.pyramid;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.edgevlm.spi.cache.KvCache;

/** A cache of positions alone; 5 to 20 are an image, and a byte is an entry. */
final class LayeredCache implements KvCache {

  private final int[][] positions;

  LayeredCache(int layers, int length) {
    positions = new int[layers][];
    for (int layer = 0; layer < layers; layer++) {
      positions[layer] = IntStream.range(0, length).toArray();
    }
  }

  int[] positions(int layer) {
    return positions[layer];
  }

  int[] lengths() {
    return Arrays.stream(positions).mapToInt(layer -> layer.length).toArray();
  }

  void append(int position) {
    for (int layer = 0; layer < positions.length; layer++) {
      positions[layer] = Arrays.copyOf(positions[layer], positions[layer].length + 1);
      positions[layer][positions[layer].length - 1] = position;
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
    return positions[layer][entry] >= 5 && positions[layer][entry] <= 20;
  }

  @Override
  public void accumulatedAttention(int layer, float[] destination) {
    throw new IllegalStateException("not tracked");
  }

  @Override
  public void recentAttention(int layer, float[] destination) {
    throw new IllegalStateException("not tracked");
  }

  @Override
  public void keys(int layer, int entry, float[] destination) {
    throw new UnsupportedOperationException("there are no keys");
  }

  @Override
  public void values(int layer, int entry, float[] destination) {
    throw new UnsupportedOperationException("there are no values");
  }

  @Override
  public void retain(int layer, int[] entries, int count) {
    int[] old = positions[layer];
    positions[layer] = Arrays.stream(entries, 0, count).map(entry -> old[entry]).toArray();
  }

  @Override
  public long bytes(int layer) {
    return positions[layer].length;
  }
}

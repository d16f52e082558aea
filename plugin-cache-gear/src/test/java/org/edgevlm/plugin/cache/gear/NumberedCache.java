package org.edgevlm.plugin.cache.gear;

import java.util.Arrays;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.KvCompression;

/** A cache of one layer with the numbers that a test gives it. */
final class NumberedCache implements KvCache {

  private int[] positions;
  private float[] accumulated;
  private float[] recent;
  private float[][] keys;
  private float[][] values;
  private int compressed;

  NumberedCache(int... positions) {
    this.positions = positions;
    accumulated = new float[positions.length];
    recent = new float[positions.length];
    keys = new float[positions.length][2];
    values = new float[positions.length][2];
    for (float[] value : values) {
      Arrays.fill(value, 1);
    }
  }

  NumberedCache accumulated(float... sums) {
    accumulated = sums;
    return this;
  }

  NumberedCache recent(float... sums) {
    recent = sums;
    return this;
  }

  NumberedCache keys(float[]... rows) {
    keys = rows;
    return this;
  }

  NumberedCache values(float[]... rows) {
    values = rows;
    return this;
  }

  @Override
  public int layers() {
    return 1;
  }

  @Override
  public int length(int layer) {
    return positions.length;
  }

  @Override
  public int position(int layer, int entry) {
    return positions[entry];
  }

  @Override
  public boolean isImage(int layer, int entry) {
    return false;
  }

  @Override
  public void accumulatedAttention(int layer, float[] destination) {
    System.arraycopy(accumulated, 0, destination, 0, positions.length);
  }

  @Override
  public void recentAttention(int layer, float[] destination) {
    System.arraycopy(recent, 0, destination, 0, positions.length);
  }

  @Override
  public int rowWidth() {
    return 2;
  }

  @Override
  public void keys(int layer, int entry, float[] destination) {
    System.arraycopy(keys[entry], 0, destination, 0, 2);
  }

  @Override
  public void values(int layer, int entry, float[] destination) {
    System.arraycopy(values[entry], 0, destination, 0, 2);
  }

  @Override
  public void retain(int layer, int[] entries, int count) {
    int[] old = positions;
    positions = Arrays.stream(entries, 0, count).map(entry -> old[entry]).toArray();
  }

  /** Adds an entry. */
  void add() {
    positions = Arrays.copyOf(positions, positions.length + 1);
    positions[positions.length - 1] = positions.length - 1;
  }

  @Override
  public int compressed(int layer) {
    return compressed;
  }

  @Override
  public void compress(int layer, int end, KvCompression compression) {
    compressed = end;
  }

  @Override
  public long bytes(int layer) {
    return positions.length;
  }
}

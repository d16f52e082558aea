package org.edgevlm.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.KvCompression;

/** K and V as lists of entries, one list a layer. */
final class ReferenceKvCache implements KvCache {

  /** One position in one layer. */
  static final class Entry {
    final int position;
    final boolean image;
    final float[] key;
    final float[] value;
    float accumulated;
    final float[] recent;

    /** Bits of each number once it is compressed; 0 before. */
    int bits;

    Entry(int position, boolean image, float[] key, float[] value, int recentQueries) {
      this.position = position;
      this.image = image;
      this.key = key;
      this.value = value;
      recent = new float[recentQueries];
    }
  }

  private final List<List<Entry>> layers = new ArrayList<>();
  private final AttentionTracking tracking;
  private final int width;

  private final boolean compresses;

  ReferenceKvCache(AttentionTracking tracking, int width, boolean compresses) {
    this.compresses = compresses;
    this.tracking = tracking;
    this.width = width;
    for (int i = 0; i < ReferenceWeights.LAYERS; i++) {
      layers.add(new ArrayList<>());
    }
  }

  List<Entry> layer(int layer) {
    return layers.get(layer);
  }

  void add(int layer, int position, boolean image, float[] key, float[] value) {
    layers.get(layer).add(new Entry(position, image, key, value, tracking.recentQueries()));
  }

  /** Notes the attention that a query gave an entry. */
  void track(Entry entry, int queryPosition, float attention) {
    entry.accumulated += attention;
    if (entry.recent.length > 0) {
      entry.recent[queryPosition % entry.recent.length] = attention;
    }
  }

  void rewind(int position) {
    layers.forEach(entries -> entries.removeIf(entry -> entry.position >= position));
  }

  @Override
  public int layers() {
    return layers.size();
  }

  @Override
  public int length(int layer) {
    return layers.get(layer).size();
  }

  @Override
  public int position(int layer, int entry) {
    return layers.get(layer).get(entry).position;
  }

  @Override
  public boolean isImage(int layer, int entry) {
    return layers.get(layer).get(entry).image;
  }

  @Override
  public void accumulatedAttention(int layer, float[] destination) {
    if (!tracking.accumulated()) {
      throw new IllegalStateException("accumulated attention is not tracked");
    }
    for (int i = 0; i < length(layer); i++) {
      destination[i] = layers.get(layer).get(i).accumulated;
    }
  }

  @Override
  public void recentAttention(int layer, float[] destination) {
    if (tracking.recentQueries() == 0) {
      throw new IllegalStateException("recent attention is not tracked");
    }
    for (int i = 0; i < length(layer); i++) {
      destination[i] = 0;
      for (float attention : layers.get(layer).get(i).recent) {
        destination[i] += attention;
      }
    }
  }

  @Override
  public int rowWidth() {
    return width;
  }

  @Override
  public void keys(int layer, int entry, float[] destination) {
    float[] key = layers.get(layer).get(entry).key;
    System.arraycopy(key, 0, destination, 0, key.length);
  }

  @Override
  public void values(int layer, int entry, float[] destination) {
    float[] value = layers.get(layer).get(entry).value;
    System.arraycopy(value, 0, destination, 0, value.length);
  }

  @Override
  public void retain(int layer, int[] entries, int count) {
    List<Entry> old = layers.get(layer);
    Objects.checkFromIndexSize(0, count, entries.length);
    if (count == 0 && !old.isEmpty()) {
      throw new IllegalArgumentException("a layer keeps at least one entry");
    }
    List<Entry> kept = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Objects.checkIndex(entries[i], old.size());
      if (i > 0 && entries[i] <= entries[i - 1]) {
        throw new IllegalArgumentException("entries are not ascending");
      }
      kept.add(old.get(entries[i]));
    }
    layers.set(layer, kept);
  }

  @Override
  public int compressed(int layer) {
    return (int) layers.get(layer).stream().filter(entry -> entry.bits > 0).count();
  }

  /** Rounds each entry's numbers to as many steps of its range as the bits have. */
  @Override
  public void compress(int layer, int end, KvCompression compression) {
    if (!compresses) {
      KvCache.super.compress(layer, end, compression);
    }
    Objects.requireNonNull(compression, "compression");
    int from = compressed(layer);
    if (end < from || end > length(layer)) {
      throw new IllegalArgumentException(
          "can't compress from " + from + " to " + end + " of " + length(layer) + " entries");
    }
    for (Entry entry : layers.get(layer).subList(from, end)) {
      entry.bits = compression.bits();
      round(entry.key, entry.bits);
      round(entry.value, entry.bits);
    }
  }

  private static void round(float[] numbers, int bits) {
    float low = Float.POSITIVE_INFINITY;
    float high = Float.NEGATIVE_INFINITY;
    for (float number : numbers) {
      low = Math.min(low, number);
      high = Math.max(high, number);
    }
    float step = (high - low) / ((1 << bits) - 1);
    for (int i = 0; step > 0 && i < numbers.length; i++) {
      numbers[i] = low + step * Math.round((numbers[i] - low) / step);
    }
  }

  /** A compressed row takes its bits, and two numbers for its range. */
  @Override
  public long bytes(int layer) {
    long bytes = 0;
    for (Entry entry : layers.get(layer)) {
      bytes += entry.bits == 0 ? 2L * width * Float.BYTES : 2L * (width * entry.bits / 8 + 8);
    }
    return bytes;
  }

  @Override
  public long bytes(int layer, int entries) {
    return 2L * width * Float.BYTES * entries;
  }
}

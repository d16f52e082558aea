package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.nio.ShortBuffer;
import java.util.Arrays;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;

/**
 * One layer's K and V of a session: a row of each for every entry, in the order of their positions.
 * The rows lie in address space reserved for the full length; pages beyond the last row are given
 * back.
 */
final class LayerCache {

  private final Region region;
  private final long keys;
  private final long values;
  private final long rowBytes;
  private final AttentionRecorder attention;
  private int[] positions = new int[64];
  private boolean[] image = new boolean[64];
  private int length;

  /** Bytes at the start of K, and of V, that hold pages. */
  private long heldBytes;

  /**
   * @param region holds this layer's rows
   * @param keys where K begins in the region, page-aligned
   * @param values where V begins in the region, page-aligned
   * @param rowBytes of one entry's K, which V's equals
   * @param attention the layer's attention sums, or null
   */
  LayerCache(Region region, long keys, long values, long rowBytes, AttentionRecorder attention) {
    this.region = region;
    this.keys = keys;
    this.values = values;
    this.rowBytes = rowBytes;
    this.attention = attention;
  }

  int length() {
    return length;
  }

  int position(int entry) {
    return positions[entry];
  }

  boolean isImage(int entry) {
    return image[entry];
  }

  long bytes() {
    return 2 * heldBytes;
  }

  /** Bytes that so many entries take. */
  long bytes(int entries) {
    return 2 * Region.pages(entries * rowBytes);
  }

  AttentionRecorder attention() {
    return attention;
  }

  /** Bytes of one entry's K, and of its V. */
  long rowBytes() {
    return rowBytes;
  }

  /** Offset of K in the session's region. */
  long keysOffset() {
    return keys;
  }

  /** Offset of V in the session's region. */
  long valuesOffset() {
    return values;
  }

  /** Notes entries whose rows a graph has written, or is about to write, behind the last one. */
  void append(int firstPosition, int count, boolean fromImage) {
    int newLength = length + count;
    if (newLength > positions.length) {
      int capacity = Math.max(newLength, 2 * positions.length);
      positions = Arrays.copyOf(positions, capacity);
      image = Arrays.copyOf(image, capacity);
    }
    for (int i = 0; i < count; i++) {
      positions[length + i] = firstPosition + i;
      image[length + i] = fromImage;
    }
    length = newLength;
    heldBytes = Math.max(heldBytes, Region.pages(newLength * rowBytes));
  }

  /** Drops the entries at and after a position. */
  void rewind(int position) {
    int end = Arrays.binarySearch(positions, 0, length, position);
    int newLength = end < 0 ? -end - 1 : end;
    if (attention != null) {
      // Even if no entry goes: the rewound positions' own may have been dropped before.
      attention.truncate(newLength, length, position);
    }
    if (newLength < length) {
      truncate(newLength);
    }
  }

  /** Keeps these entries, which ascend. */
  void retain(int[] entries, int count) {
    check(entries, count);
    int kept = 0;
    while (kept < count && entries[kept] == kept) {
      kept++;
    }
    for (int run = kept; run < count; ) {
      int end = run + 1;
      while (end < count && entries[end] == entries[end - 1] + 1) {
        end++;
      }
      long to = run * rowBytes;
      long from = entries[run] * rowBytes;
      long bytes = (end - run) * rowBytes;
      region.move(keys + to, keys + from, bytes);
      region.move(values + to, values + from, bytes);
      System.arraycopy(positions, entries[run], positions, run, end - run);
      System.arraycopy(image, entries[run], image, run, end - run);
      run = end;
    }
    if (attention != null) {
      attention.retain(entries, count, length);
    }
    truncate(count);
  }

  private void check(int[] entries, int count) {
    if (count < (length == 0 ? 0 : 1) || count > Math.min(length, entries.length)) {
      throw new IllegalArgumentException(
          "a layer with " + length + " entries can't retain " + count);
    }
    for (int i = 0; i < count; i++) {
      if (entries[i] >= length || entries[i] < 0 || (i > 0 && entries[i] <= entries[i - 1])) {
        throw new IllegalArgumentException(
            "entry " + entries[i] + ": entries ascend and are below " + length);
      }
    }
  }

  private void truncate(int newLength) {
    length = newLength;
    long needed = Region.pages(newLength * rowBytes);
    region.discard(keys + needed, heldBytes - needed);
    region.discard(values + needed, heldBytes - needed);
    heldBytes = needed;
  }

  void readKeys(int entry, float[] destination) {
    read(keys + entry * rowBytes, destination);
  }

  void readValues(int entry, float[] destination) {
    read(values + entry * rowBytes, destination);
  }

  private void read(long offset, float[] destination) {
    int count = Math.toIntExact(rowBytes / Short.BYTES);
    ShortBuffer halves = region.bytes(offset, rowBytes).asShortBuffer();
    for (int i = 0; i < count; i++) {
      destination[i] = HalfFloats.toFloat(halves.get(i));
    }
  }
}

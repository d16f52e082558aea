package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;
import org.edgevlm.spi.cache.KvCompression;

/**
 * One layer's K and V of a session: a row of each for every entry, in the order of their positions.
 * The rows lie in address space reserved for the full length; pages beyond the last row are given
 * back.
 *
 * <p>Once entries of it are packed, the rows behind them lie among those of the other layers, row
 * by row: few rows of each layer then share their pages.
 */
final class LayerCache {

  private final Region region;
  private final long rowBytes;
  private final AttentionRecorder attention;
  private int[] positions = new int[64];
  private boolean[] image = new boolean[64];
  private int length;

  /** Where the rows of K, and of V, begin. */
  private long keys;

  private long values;

  /** Bytes from one row to the next. */
  private long stride;

  /** Bytes at the start of K, and of V, that hold pages of this layer alone. */
  private long heldBytes;

  /** The first entries, or null if none was ever packed. */
  private PackedLayer packed;

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
    stride = rowBytes;
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

  /** Bytes held; of pages that layers share, those of this layer's rows. */
  long bytes() {
    return packed == null ? 2 * heldBytes : packed.bytes() + 2 * rows() * rowBytes;
  }

  /** Bytes of pages that are this layer's alone. */
  long ownBytes() {
    return 2 * heldBytes;
  }

  /** The layer as the packed kernel knows it; null while nothing was packed. */
  PackedLayer packed() {
    return packed;
  }

  /** Entries that are packed, the first ones. */
  int packedRows() {
    return packed == null ? 0 : packed.rows();
  }

  /** Entries in half precision, behind those that are packed. */
  int rows() {
    return length - packedRows();
  }

  /** Bytes that so many entries take if none is packed. */
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

  /** Offset of the first row of K in the session's region. */
  long keysOffset() {
    return keys;
  }

  /** Offset of the first row of V in the session's region. */
  long valuesOffset() {
    return values;
  }

  /** Bytes from one row to the next. */
  long stride() {
    return stride;
  }

  /** Offset in the session's region of the row of K that comes next. */
  long nextKeys() {
    return keys + rows() * stride;
  }

  /** Offset in the session's region of the row of V that comes next. */
  long nextValues() {
    return values + rows() * stride;
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
    if (packed == null) {
      heldBytes = Math.max(heldBytes, Region.pages(newLength * rowBytes));
    }
  }

  /** Drops the entries at and after a position. */
  void rewind(int position) {
    int end = Arrays.binarySearch(positions, 0, length, position);
    int newLength = end < 0 ? -end - 1 : end;
    if (attention != null) {
      // Even if no entry goes: the rewound positions' own may have been dropped before.
      attention.truncate(newLength, length, position);
    }
    if (newLength < packedRows()) {
      packed.retain(IntStream.range(0, newLength).toArray(), newLength);
    }
    if (newLength < length) {
      shorten(newLength);
    }
  }

  /** Keeps these entries, which ascend. */
  void retain(int[] entries, int count) {
    check(entries, count);
    int before = packedRows();
    int firstRow = 0;
    while (firstRow < count && entries[firstRow] < before) {
      firstRow++;
    }
    if (firstRow < before) {
      packed.retain(entries, firstRow);
    }
    moveRows(entries, firstRow, count, before);
    for (int i = 0; i < count; i++) {
      positions[i] = positions[entries[i]];
      image[i] = image[entries[i]];
    }
    if (attention != null) {
      attention.retain(entries, count, length);
    }
    shorten(count);
  }

  /**
   * Moves the rows that stay.
   *
   * @param first of {@code entries} that has a row
   * @param before entries that were packed
   */
  private void moveRows(int[] entries, int first, int count, int before) {
    int run = first;
    while (run < count && entries[run] - before == run - first) {
      run++;
    }
    while (run < count) {
      int end = run + 1;
      while (end < count && entries[end] == entries[end - 1] + 1) {
        end++;
      }
      moveRows(run - first, entries[run] - before, end - run);
      run = end;
    }
  }

  private void moveRows(int to, int from, int count) {
    // Rows that lie side by side go at once.
    int together = stride == rowBytes ? count : 1;
    long bytes = together * rowBytes;
    for (int i = 0; i < count; i += together) {
      region.move(keys + (to + i) * stride, keys + (from + i) * stride, bytes);
      region.move(values + (to + i) * stride, values + (from + i) * stride, bytes);
    }
  }

  /**
   * How many entries there are to pack behind those that are.
   *
   * @param end after the last of them
   * @throws IllegalArgumentException if there is no such end
   */
  int packable(int end) {
    int from = packedRows();
    if (end < from || end > length) {
      throw new IllegalArgumentException(
          "a layer with "
              + length
              + " entries, "
              + from
              + " of them compressed, can't compress up to "
              + end);
    }
    return end - from;
  }

  /**
   * Packs entries behind those that are.
   *
   * @param count {@link #packable}, at least {@link PackedLayer#LEAST}
   * @param into where they go if they are the layer's first
   * @param firstRow offset of the first shared row's K, behind which its V is
   * @param sharedStride bytes from one shared row to the next
   */
  void pack(int count, KvCompression how, PackedCache into, long firstRow, long sharedStride) {
    int left = rows() - count;
    long from = region.address();
    if (packed != null) {
      packed.pack(from + keys, from + values, stride, count, how);
      moveRows(0, count, left);
      return;
    }
    PackedLayer first =
        new PackedLayer(
            into,
            from + firstRow,
            from + firstRow + rowBytes,
            sharedStride,
            attention == null ? 0 : attention.sums());
    first.pack(from + keys, from + values, stride, count, how);
    packed = first;
    for (int i = 0; i < left; i++) {
      long to = firstRow + i * sharedStride;
      region.move(to, keys + (count + i) * stride, rowBytes);
      region.move(to + rowBytes, values + (count + i) * stride, rowBytes);
    }
    region.discard(keys, heldBytes);
    region.discard(values, heldBytes);
    heldBytes = 0;
    keys = firstRow;
    values = firstRow + rowBytes;
    stride = sharedStride;
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

  private void shorten(int newLength) {
    length = newLength;
    if (packed == null) {
      long needed = Region.pages(newLength * rowBytes);
      region.discard(keys + needed, heldBytes - needed);
      region.discard(values + needed, heldBytes - needed);
      heldBytes = needed;
    }
  }

  void readKeys(int entry, float[] destination) {
    if (entry < packedRows()) {
      packed.readKeys(entry, destination);
    } else {
      read(keys + (entry - packedRows()) * stride, destination);
    }
  }

  void readValues(int entry, float[] destination) {
    if (entry < packedRows()) {
      packed.readValues(entry, destination);
    } else {
      read(values + (entry - packedRows()) * stride, destination);
    }
  }

  private void read(long offset, float[] destination) {
    int count = Math.toIntExact(rowBytes / Short.BYTES);
    ShortBuffer halves = region.bytes(offset, rowBytes).asShortBuffer();
    for (int i = 0; i < count; i++) {
      destination[i] = HalfFloats.toFloat(halves.get(i));
    }
  }

  /** Frees what isn't in the session's region. */
  void close() {
    if (attention != null) {
      attention.close();
    }
    if (packed != null) {
      packed.close();
    }
  }
}

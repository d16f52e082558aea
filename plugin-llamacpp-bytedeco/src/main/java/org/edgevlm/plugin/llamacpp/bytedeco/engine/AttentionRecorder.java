package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;
import org.edgevlm.spi.cache.AttentionTracking;

/**
 * One layer's attention sums, which graphs write while they are computed: for each entry the sum
 * over all queries, and a ring of the latest queries' own rows.
 *
 * <p>The ring holds {@link #SPARE} rows more than the window, so that rewinding a draft of as many
 * tokens takes their share out of both sums exactly. Of queries further back the window loses its
 * oldest rows, and the sum over all queries keeps the share, which can't be told apart any more.
 */
final class AttentionRecorder implements AutoCloseable {

  private static final int SPARE = 16;

  /** The layout of {@code edgevlm_attention}; the native side asserts it. */
  private static final int SLOT = 36;

  private static final int LENGTH = 40;
  private static final int HEADER = 64;

  /** Queries that the native kernel for a few of them takes. */
  static final int FEW_QUERIES = 64;

  private final AttentionTracking tracking;
  private final int window;
  private final int capacity;
  private final long rowBytes;
  private final Region region;
  private final FloatBuffer accumulated;
  private final FloatBuffer rows;
  private final ByteBuffer header;

  /** Position of the query in each row of the ring, or -1; the latest is before {@code next}. */
  private final int[] ring;

  private int next;

  /**
   * @param capacity entries, a multiple of 8
   * @param scratch address of {@link #scratchBytes}, which layers may share
   */
  AttentionRecorder(AttentionTracking tracking, int capacity, long scratch) {
    this.tracking = tracking;
    this.capacity = capacity;
    // Queries can't be more than entries.
    window = Math.min(tracking.recentQueries(), capacity);
    ring = new int[window + SPARE];
    Arrays.fill(ring, -1);
    rowBytes = (long) capacity * Float.BYTES;
    int floats = Math.multiplyExact(ring.length, capacity);
    region = Region.reserve(HEADER + rowBytes * (1 + ring.length));
    accumulated = floats(HEADER, capacity);
    rows = floats(HEADER + rowBytes, floats);
    header = region.bytes(0, HEADER).order(ByteOrder.nativeOrder());
    header.putLong(tracking.accumulated() ? region.address() + HEADER : 0);
    header.putLong(region.address() + HEADER + rowBytes);
    header.putLong(scratch);
    header.putLong(capacity);
    header.putInt(ring.length);
  }

  /** Bytes that the native kernel works in. */
  static long scratchBytes(int heads, int threads, int capacity) {
    return (heads + (long) threads * FEW_QUERIES) * capacity * Float.BYTES;
  }

  private FloatBuffer floats(long offset, int count) {
    return region
        .bytes(offset, (long) count * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** Address of what the graph's operation reads and writes. */
  long sums() {
    return region.address();
  }

  /**
   * Called before a graph with these queries is computed.
   *
   * @param length entries before the step
   */
  void begin(int firstPosition, int queries, int length) {
    header.putInt(SLOT, next);
    header.putInt(LENGTH, length);
    for (int q = Math.max(0, queries - ring.length); q < queries; q++) {
      ring[(next + q) % ring.length] = firstPosition + q;
    }
    next = (next + queries) % ring.length;
  }

  void accumulated(int length, float[] destination) {
    require(tracking.accumulated(), "accumulated attention");
    accumulated.get(0, destination, 0, length);
  }

  void recent(int length, float[] destination) {
    require(window > 0, "recent attention");
    Arrays.fill(destination, 0, length, 0);
    int slot = next;
    for (int i = 0; i < window; i++) {
      slot = before(slot);
      if (ring[slot] < 0) {
        return;
      }
      for (int e = 0; e < length; e++) {
        destination[e] += rows.get(slot * capacity + e);
      }
    }
  }

  /** Forgets entries from {@code newLength} on, and the queries at and after a position. */
  void truncate(int newLength, int oldLength, int position) {
    while (ring[before(next)] >= position) {
      next = before(next);
      ring[next] = -1;
      if (tracking.accumulated()) {
        for (int e = 0; e < newLength; e++) {
          float rest = accumulated.get(e) - rows.get(next * capacity + e);
          accumulated.put(e, Math.max(0, rest));
        }
      }
    }
    for (int slot = 0; slot < ring.length; slot++) {
      zero(rows, slot * capacity + newLength, oldLength - newLength);
    }
    zero(accumulated, newLength, oldLength - newLength);
  }

  private int before(int slot) {
    return (slot + ring.length - 1) % ring.length;
  }

  /** Moves the sums of the entries that stay. */
  void retain(int[] entries, int count, int oldLength) {
    for (int slot = 0; slot < ring.length; slot++) {
      if (ring[slot] >= 0) {
        compact(rows, slot * capacity, entries, count, oldLength);
      }
    }
    if (tracking.accumulated()) {
      compact(accumulated, 0, entries, count, oldLength);
    }
  }

  private static void compact(
      FloatBuffer buffer, int base, int[] entries, int count, int oldLength) {
    for (int i = 0; i < count; i++) {
      if (entries[i] != i) {
        buffer.put(base + i, buffer.get(base + entries[i]));
      }
    }
    zero(buffer, base + count, oldLength - count);
  }

  private static void zero(FloatBuffer buffer, int from, int count) {
    for (int i = from; i < from + count; i++) {
      buffer.put(i, 0);
    }
  }

  private static void require(boolean tracked, String what) {
    if (!tracked) {
      throw new IllegalStateException("this session doesn't track " + what);
    }
  }

  @Override
  public void close() {
    region.close();
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Longs;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Packing;
import org.edgevlm.spi.cache.KvCompression;

/**
 * One layer's entries in few bits, in blocks of up to {@link #BLOCK}; and what the native kernel
 * knows of the layer. What is dropped of a block leaves its other entries as they are.
 */
final class PackedLayer implements AutoCloseable {

  /** Entries of a block at most. */
  static final int BLOCK = 64;

  /** Fewer aren't packed: the ranges of their channels would take as much as they save. */
  static final int LEAST = 8;

  /** Places in {@code edgevlm_layer}. */
  private static final int TABLE = 7;

  private static final int BLOCKS = 8;
  private static final int LENGTH = 9;
  private static final int FIELDS = 10;

  /** K and V of some entries. */
  private record Block(Arena.Slot keys, Arena.Slot values, int rows) {}

  private final Arena arena;
  private final int heads;
  private final int width;
  private final Longs layer = new Longs(FIELDS);
  private final FloatBuffer row;
  private List<Block> blocks = new ArrayList<>();
  private int rows;
  private Longs table = new Longs(2);
  private int tableMoves = -1;

  /**
   * @param keys address of the layer's F16 rows of K that are behind the blocks
   * @param values address of those of V
   * @param stride bytes from one of these rows to the next
   * @param sums address of the layer's attention sums, or 0
   */
  PackedLayer(PackedCache cache, long keys, long values, long stride, long sums) {
    arena = cache.arena();
    heads = cache.kvHeads();
    width = cache.headWidth();
    row =
        ByteBuffer.allocateDirect(heads * width * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    long[] fields = {sums, cache.scratch(), cache.capacity(), heads, keys, values, stride};
    for (int i = 0; i < fields.length; i++) {
      layer.set(i, fields[i]);
    }
  }

  /** Entries that are packed. */
  int rows() {
    return rows;
  }

  /** Address of what the native kernel reads. */
  long address() {
    return layer.address();
  }

  /** Bytes that the blocks take. */
  long bytes() {
    long bytes = 0;
    for (Block block : blocks) {
      bytes += block.keys.bytes() + block.values.bytes();
    }
    return bytes;
  }

  /**
   * Packs F16 rows behind those that are.
   *
   * @param keys address of the first
   * @param count at least {@link #LEAST}
   */
  void pack(long keys, long values, long stride, int count, KvCompression how) {
    // Of even sizes: what is left over would be a small block, which takes more for each entry.
    int pieces = (count + BLOCK - 1) / BLOCK;
    List<Block> added = new ArrayList<>();
    for (int i = 0; i < pieces; i++) {
      int from = count * i / pieces;
      int size = count * (i + 1) / pieces - from;
      Arena.Slot k = pack(keys + from * stride, stride, size, how, true);
      Arena.Slot v = pack(values + from * stride, stride, size, how, false);
      added.add(new Block(k, v, size));
    }
    blocks.addAll(added);
    rows += count;
    tableMoves = -1;
  }

  private Arena.Slot pack(
      long source, long stride, int count, KvCompression how, boolean byChannel) {
    int rank = (int) Math.round((double) how.rank() * count / BLOCK);
    rank = Math.min(rank, Math.max(1, width / LEAST));
    int outliers = (int) (how.outliers() * count * heads * width);
    Arena.Slot slot =
        arena.allocate(Packing.most(count, heads, width, how.bits(), rank, outliers, byChannel));
    long taken =
        Packing.pack(
            source,
            stride,
            count,
            heads,
            width,
            how.bits(),
            rank,
            outliers,
            byChannel,
            arena.address(slot));
    arena.shrink(slot, taken);
    return slot;
  }

  /**
   * Keeps some of the packed entries.
   *
   * @param entries ascending, the first {@code count} of them are packed
   */
  void retain(int[] entries, int count) {
    List<Block> kept = new ArrayList<>();
    int first = 0;
    int from = 0;
    for (Block block : blocks) {
      int end = first + block.rows;
      int to = from;
      while (to < count && entries[to] < end) {
        to++;
      }
      if (to - from == block.rows) {
        kept.add(block);
      } else if (to > from) {
        kept.add(part(block, entries, from, to, first));
      } else {
        arena.free(block.keys);
        arena.free(block.values);
      }
      first = end;
      from = to;
    }
    blocks = kept;
    rows = count;
    tableMoves = -1;
  }

  private Block part(Block block, int[] entries, int from, int to, int first) {
    IntBuffer chosen =
        ByteBuffer.allocateDirect((to - from) * Integer.BYTES)
            .order(ByteOrder.nativeOrder())
            .asIntBuffer();
    for (int i = from; i < to; i++) {
      chosen.put(i - from, entries[i] - first);
    }
    for (Arena.Slot slot : List.of(block.keys, block.values)) {
      arena.shrink(slot, Packing.keep(arena.address(slot), chosen, to - from));
    }
    return new Block(block.keys, block.values, to - from);
  }

  void readKeys(int entry, float[] destination) {
    read(entry, true, destination);
  }

  void readValues(int entry, float[] destination) {
    read(entry, false, destination);
  }

  private void read(int entry, boolean keys, float[] destination) {
    int first = 0;
    for (Block block : blocks) {
      if (entry < first + block.rows) {
        Arena.Slot slot = keys ? block.keys : block.values;
        Packing.unpack(arena.address(slot), entry - first, row);
        row.get(0, destination, 0, heads * width);
        return;
      }
      first += block.rows;
    }
    throw new IndexOutOfBoundsException("entry " + entry + " of " + rows + " that are packed");
  }

  /**
   * Called before a graph is computed.
   *
   * @param length of the layer before the step
   */
  void begin(int length) {
    if (tableMoves != arena.moves()) {
      writeTable();
    }
    layer.set(LENGTH, length);
  }

  private void writeTable() {
    if (table.count() < 2 * blocks.size()) {
      table.close();
      table = new Longs(4 * blocks.size());
    }
    for (int i = 0; i < blocks.size(); i++) {
      table.set(2 * i, arena.address(blocks.get(i).keys));
      table.set(2 * i + 1, arena.address(blocks.get(i).values));
    }
    layer.set(TABLE, table.address());
    layer.set(BLOCKS, blocks.size());
    tableMoves = arena.moves();
  }

  @Override
  public void close() {
    layer.close();
    table.close();
  }
}

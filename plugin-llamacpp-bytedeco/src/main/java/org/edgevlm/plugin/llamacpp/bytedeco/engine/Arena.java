package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.util.ArrayList;
import java.util.List;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;

/**
 * Memory for blocks of any size, one behind the other. What is freed leaves holes; when they make
 * up a part that matters, the blocks behind them move down and the pages at the end go back to the
 * system.
 */
final class Arena implements AutoCloseable {

  /** Holes may take this part of the arena. */
  private static final int PARTS = 16;

  /** A block's place, which {@link Arena#tidy} may change. */
  static final class Slot {
    private long offset;
    private long bytes;

    long bytes() {
      return bytes;
    }
  }

  private final Region region;

  /** In the order of their places. */
  private final List<Slot> slots = new ArrayList<>();

  private long used;
  private long top;
  private long heldBytes;
  private int moves;

  /**
   * @param size bytes that it can have at most
   */
  Arena(long size) {
    region = Region.reserve(size);
  }

  /** Takes memory at the end. */
  Slot allocate(long bytes) {
    if (top + bytes > region.size()) {
      compact();
    }
    if (top + bytes > region.size()) {
      throw new IllegalStateException(
          bytes + " bytes behind " + top + " are more than the " + region.size() + " reserved");
    }
    Slot slot = new Slot();
    slot.offset = top;
    slot.bytes = bytes;
    slots.add(slot);
    used += bytes;
    raise(top + bytes);
    return slot;
  }

  /** Gives the end of a block back. */
  void shrink(Slot slot, long bytes) {
    used -= slot.bytes - bytes;
    slot.bytes = bytes;
    if (slots.get(slots.size() - 1) == slot) {
      top = slot.offset + bytes;
    }
  }

  void free(Slot slot) {
    used -= slot.bytes;
    slots.remove(slot);
    Slot last = slots.isEmpty() ? null : slots.get(slots.size() - 1);
    top = last == null ? 0 : last.offset + last.bytes;
  }

  /** Closes holes that matter, and gives back what is behind the last block. */
  void tidy() {
    if (top - used > Math.max(Region.PAGE, top / PARTS)) {
      compact();
    }
    long needed = Region.pages(top);
    region.discard(needed, heldBytes - needed);
    heldBytes = needed;
  }

  private void compact() {
    long to = 0;
    for (Slot slot : slots) {
      if (slot.offset != to) {
        region.move(to, slot.offset, slot.bytes);
        slot.offset = to;
      }
      to += slot.bytes;
    }
    top = to;
    moves++;
  }

  private void raise(long newTop) {
    top = newTop;
    heldBytes = Math.max(heldBytes, Region.pages(newTop));
  }

  long address(Slot slot) {
    return region.address() + slot.offset;
  }

  /** Changes when blocks have moved. */
  int moves() {
    return moves;
  }

  /** Bytes of the pages that it holds. */
  long bytes() {
    return heldBytes;
  }

  /** Bytes of the pages that are in memory. */
  long residentBytes() {
    return region.residentBytes();
  }

  @Override
  public void close() {
    region.close();
  }
}

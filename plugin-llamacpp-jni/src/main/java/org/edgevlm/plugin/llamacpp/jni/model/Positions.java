package org.edgevlm.plugin.llamacpp.jni.model;

import org.edgevlm.spi.inference.ContextFullException;

/**
 * Where a session is: positions as its user counts them, and places in llama.cpp's cache, which are
 * fewer once a full context has dropped some.
 *
 * <p>With shifting, a context that is full drops the older half of what lies behind the first
 * {@code keep} positions, and the rest moves up.
 */
final class Positions {

  private final int places;
  private final int keep;
  private final boolean shifts;
  private int position;
  private int dropped;

  Positions(int places, int keep, boolean shifts) {
    this.places = places;
    this.keep = keep;
    this.shifts = shifts;
  }

  int position() {
    return position;
  }

  /** Positions in all. */
  int capacity() {
    return shifts ? Integer.MAX_VALUE : places;
  }

  /** The place of what is fed next. */
  int place() {
    return position - dropped;
  }

  /** Free places. */
  int free() {
    return places - place();
  }

  /** Refuses what goes beyond the end. */
  void require(int count) {
    if (count > capacity() - position) {
      throw new ContextFullException(position, count, capacity());
    }
  }

  /** How many places a shift frees: at least one. */
  int toDrop() {
    return Math.max(1, (place() - keep) / 2);
  }

  /** The first place that a shift drops. */
  int firstDropped() {
    return keep;
  }

  void dropped(int count) {
    dropped += count;
  }

  void advance(int count) {
    position += count;
  }

  /** The place of a position to go back to. */
  int placeOf(int target) {
    if (target < 0 || target > position) {
      throw new IllegalArgumentException(
          "can't rewind to " + target + " from position " + position);
    }
    // What is kept at the beginning is still in its place.
    if (dropped > 0 && target > keep && target < keep + dropped) {
      throw new IllegalArgumentException(
          "can't rewind to "
              + target
              + ": positions "
              + keep
              + " to "
              + (keep + dropped - 1)
              + " were dropped when the context was full (context_shift)");
    }
    return target <= keep ? target : target - dropped;
  }

  void rewound(int target) {
    if (target <= keep) {
      dropped = 0;
    }
    position = target;
  }
}

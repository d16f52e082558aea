package org.edgevlm.plugin.llamacpp.bytedeco.ggml;

import java.util.Objects;
import org.bytedeco.javacpp.LongPointer;

/** Whole numbers of 64 bits in native memory, at an address that stays. */
public final class Longs implements AutoCloseable {

  private final LongPointer pointer;
  private final int count;

  /** So many zeros, at least one. */
  public Longs(int count) {
    this.count = count;
    pointer = new LongPointer(count);
    for (int i = 0; i < count; i++) {
      pointer.put(i, 0);
    }
  }

  /** Where they begin. */
  public long address() {
    return pointer.address();
  }

  /** How many there are. */
  public int count() {
    return count;
  }

  /** Sets one. */
  public void set(int index, long value) {
    pointer.put(Objects.checkIndex(index, count), value);
  }

  /** Frees them. Idempotent. */
  @Override
  public void close() {
    pointer.close();
  }
}

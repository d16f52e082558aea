package org.edgevlm.gguf;

import java.util.Optional;

/** The types of metadata values, in the order of their GGUF ids. */
public enum GgufValueType {
  /** Unsigned 8-bit integer. */
  UINT8(1),
  /** Signed 8-bit integer. */
  INT8(1),
  /** Unsigned 16-bit integer. */
  UINT16(2),
  /** Signed 16-bit integer. */
  INT16(2),
  /** Unsigned 32-bit integer. */
  UINT32(4),
  /** Signed 32-bit integer. */
  INT32(4),
  /** 32-bit float. */
  FLOAT32(4),
  /** One byte, 0 or 1. */
  BOOL(1),
  /** A 64-bit length and that many bytes of UTF-8. */
  STRING(8),
  /** An element type, a 64-bit count and that many values. */
  ARRAY(12),
  /** Unsigned 64-bit integer. */
  UINT64(8),
  /** Signed 64-bit integer. */
  INT64(8),
  /** 64-bit float. */
  FLOAT64(8);

  private final int minimumBytes;

  GgufValueType(int minimumBytes) {
    this.minimumBytes = minimumBytes;
  }

  /** The type of a GGUF id, or empty if the format doesn't define it. */
  public static Optional<GgufValueType> ofId(int id) {
    return id >= 0 && id < values().length ? Optional.of(values()[id]) : Optional.empty();
  }

  /** The id in the file. */
  public int id() {
    return ordinal();
  }

  /** Bytes of a value; for strings and arrays, of an empty one. */
  public int minimumBytes() {
    return minimumBytes;
  }

  /** Whether values are whole numbers. */
  public boolean integer() {
    return minimumBytes <= 8
        && this != FLOAT32
        && this != FLOAT64
        && this != BOOL
        && this != STRING;
  }

  /** Whether values are floats. */
  public boolean floating() {
    return this == FLOAT32 || this == FLOAT64;
  }
}

package org.edgevlm.plugin.llamacpp.jni.model;

/** Types that K and V are stored in, by their names in the configuration. */
public enum KvType {
  /** Half floats. */
  F16(1, 1, 2),
  /** 8 bits and a scale for 32 numbers. */
  Q8_0(8, 32, 34),
  /** 4 bits and a scale for 32 numbers. */
  Q4_0(2, 32, 18);

  private final int id;
  private final int block;
  private final int blockBytes;

  KvType(int id, int block, int blockBytes) {
    this.id = id;
    this.block = block;
    this.blockBytes = blockBytes;
  }

  /** ggml's number of the type. */
  int id() {
    return id;
  }

  /** Numbers that share a scale; a head must have whole blocks. */
  int block() {
    return block;
  }

  /** Whether it is more than rounding. */
  boolean quantized() {
    return block > 1;
  }

  /** Bytes that whole blocks take. */
  long bytes(long numbers) {
    return numbers / block * blockBytes;
  }

  /** As a user writes it. */
  String display() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}

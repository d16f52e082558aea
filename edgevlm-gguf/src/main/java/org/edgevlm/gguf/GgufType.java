package org.edgevlm.gguf;

import java.util.Optional;

/**
 * The element types of tensors, with ggml's ids and block layouts (ggml.h and ggml-common.h of
 * llama.cpp b4916). Ids that ggml has removed (4, 5, 31 to 33, 36 to 38) are unknown here.
 */
public enum GgufType {
  /** 32-bit IEEE floats. */
  F32(0, 1, 4),
  /** 16-bit IEEE floats. */
  F16(1, 1, 2),
  /** 4-bit weights, one scale a block. */
  Q4_0(2, 32, 18),
  /** 4-bit weights, scale and minimum a block. */
  Q4_1(3, 32, 20),
  /** 5-bit weights, one scale a block. */
  Q5_0(6, 32, 22),
  /** 5-bit weights, scale and minimum a block. */
  Q5_1(7, 32, 24),
  /** 8-bit weights, one scale a block. */
  Q8_0(8, 32, 34),
  /** 8-bit activations of ggml's dot products. */
  Q8_1(9, 32, 36),
  /** 2-bit weights in super-blocks. */
  Q2_K(10, 256, 84),
  /** 3-bit weights in super-blocks. */
  Q3_K(11, 256, 110),
  /** 4-bit weights in super-blocks. */
  Q4_K(12, 256, 144),
  /** 5-bit weights in super-blocks. */
  Q5_K(13, 256, 176),
  /** 6-bit weights in super-blocks. */
  Q6_K(14, 256, 210),
  /** 8-bit activations of ggml's super-block dot products. */
  Q8_K(15, 256, 292),
  /** Codebook weights, 2.06 bits. */
  IQ2_XXS(16, 256, 66),
  /** Codebook weights, 2.31 bits. */
  IQ2_XS(17, 256, 74),
  /** Codebook weights, 3.06 bits. */
  IQ3_XXS(18, 256, 98),
  /** Codebook weights, 1.56 bits. */
  IQ1_S(19, 256, 50),
  /** Non-linear 4-bit weights. */
  IQ4_NL(20, 32, 18),
  /** Codebook weights, 3.44 bits. */
  IQ3_S(21, 256, 110),
  /** Codebook weights, 2.56 bits. */
  IQ2_S(22, 256, 82),
  /** Non-linear 4-bit weights in super-blocks. */
  IQ4_XS(23, 256, 136),
  /** 8-bit integers. */
  I8(24, 1, 1),
  /** 16-bit integers. */
  I16(25, 1, 2),
  /** 32-bit integers. */
  I32(26, 1, 4),
  /** 64-bit integers. */
  I64(27, 1, 8),
  /** 64-bit IEEE floats. */
  F64(28, 1, 8),
  /** Codebook weights, 1.75 bits. */
  IQ1_M(29, 256, 56),
  /** The upper half of 32-bit floats. */
  BF16(30, 1, 2),
  /** Ternary weights, 1.69 bits. */
  TQ1_0(34, 256, 54),
  /** Ternary weights, 2.06 bits. */
  TQ2_0(35, 256, 66);

  private static final GgufType[] BY_ID = new GgufType[64];

  static {
    for (GgufType type : values()) {
      BY_ID[type.id] = type;
    }
  }

  private final int id;
  private final int blockSize;
  private final int blockBytes;

  GgufType(int id, int blockSize, int blockBytes) {
    this.id = id;
    this.blockSize = blockSize;
    this.blockBytes = blockBytes;
  }

  /** The type of a ggml id, or empty if ggml b4916 doesn't know it. */
  public static Optional<GgufType> ofId(int id) {
    return id >= 0 && id < BY_ID.length ? Optional.ofNullable(BY_ID[id]) : Optional.empty();
  }

  /** The value of {@code enum ggml_type}. */
  public int id() {
    return id;
  }

  /** Elements a block; rows are whole blocks. */
  public int blockSize() {
    return blockSize;
  }

  /** Bytes a block. */
  public int blockBytes() {
    return blockBytes;
  }

  /** Whether blocks hold more than one element. */
  public boolean quantized() {
    return blockSize > 1;
  }
}

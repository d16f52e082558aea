package org.edgevlm.plugin.llamacpp.bytedeco.image;

import org.edgevlm.gguf.GgufTensor;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;

/**
 * The types that an encoder's matrices are brought into when they are loaded. What a file has in
 * another quantized type than Q8_0 stays as it is.
 */
public enum ImageWeights {
  /**
   * What is fastest while an F16 tower stays within 1e-2 of PyTorch: F16 for floats and, where our
   * own kernel runs ({@code edgevlm_linear.h}), for Q8_0, at an error below 1e-3. Quantizing is
   * out: in any one group of a tower's matrices it costs 0.5 to 1 %.
   */
  AUTO,
  /** As the file has them, used where they are mapped. */
  FILE,
  /**
   * Q8_0 for all floats (blocks of 32 numbers of 8 bits with one scale): half the memory of F16, at
   * an error of 1 to 2 %, since what they are multiplied with is rounded to 8 bits too. Faster than
   * F16 only on processors without our own kernel.
   */
  Q8_0;

  /** The type that a matrix gets. */
  GgufType typeFor(GgufTensor matrix) {
    GgufType type = matrix.type();
    if (this == FILE || matrix.dimensions() != 2) {
      return type;
    }
    if (type == GgufType.Q8_0) {
      return this == AUTO && Ggml.linearLanes() > 0 ? GgufType.F16 : type;
    }
    if (type.quantized()) {
      return type;
    }
    boolean blocks = matrix.ne(0) % GgufType.Q8_0.blockSize() == 0;
    return this == Q8_0 && blocks ? GgufType.Q8_0 : GgufType.F16;
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.image;

import java.util.regex.Pattern;
import org.edgevlm.plugin.llamacpp.bytedeco.gguf.GgufTensor;
import org.edgevlm.plugin.llamacpp.bytedeco.gguf.GgufType;

/**
 * The types that an encoder's large matrices are brought into when they are loaded. Q8_0 (blocks of
 * 32 numbers of 8 bits with one scale) takes half the memory of F16 and is multiplied nearly twice
 * as fast; numbers that it multiplies with are rounded to 8 bits too.
 */
public enum ImageWeights {
  /**
   * Matrices of floats become Q8_0 where that costs little: those of the attention. Of the error
   * that {@link #Q8_0} makes, nearly all comes from the others.
   */
  AUTO,
  /** As the file has them, used where they are mapped. */
  FILE,
  /** All matrices of floats become Q8_0: the fastest, with an error of about one percent. */
  Q8_0;

  private static final Pattern ATTENTION =
      Pattern.compile("v\\.blk\\.\\d+\\.attn_(q|k|v|out)\\.weight");

  /** Whether a matrix becomes Q8_0. */
  boolean quantizes(GgufTensor tensor) {
    return this != FILE
        && !tensor.type().quantized()
        && tensor.dimensions() == 2
        && tensor.ne(0) % GgufType.Q8_0.blockSize() == 0
        && (this == Q8_0 || ATTENTION.matcher(tensor.name()).matches());
  }
}

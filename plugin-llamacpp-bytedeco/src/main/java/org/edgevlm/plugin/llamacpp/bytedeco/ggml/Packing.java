package org.edgevlm.plugin.llamacpp.bytedeco.ggml;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Platform;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Context;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;

/**
 * Preset of {@code edgevlm_packed.h}: rows of K or V in few bits, and attention over them.
 * Addresses aren't checked.
 */
@Platform(include = "edgevlm_packed_attention.h", link = "jllama")
public final class Packing {

  static {
    NativeLibraries.load();
  }

  private Packing() {}

  /** Bytes that a block takes at most. */
  @Name("edgevlm_packed_most")
  public static native long most(
      int rows, int heads, int width, int bits, int rank, int outliers, boolean byChannel);

  /** Bytes that the block at an address takes. */
  @Name("edgevlm_packed_bytes")
  public static native long bytes(long matrix);

  /**
   * Packs F16 rows.
   *
   * @param stride bytes from row to row
   * @param rows 1 to 64
   * @param byChannel a range for each channel, else for each row's groups of channels
   * @return bytes taken at the destination
   */
  @Name("edgevlm_pack_rows")
  public static native long pack(
      long source,
      long stride,
      int rows,
      int heads,
      int width,
      int bits,
      int rank,
      int outliers,
      boolean byChannel,
      long destination);

  /** A row of a block as {@code heads × width} numbers. */
  @Name("edgevlm_unpack_row")
  public static native void unpack(long matrix, int row, FloatBuffer destination);

  /**
   * Keeps some rows of a block.
   *
   * @param rows ascending
   * @return bytes that are left
   */
  @Name("edgevlm_keep_rows")
  public static native long keep(long matrix, @Cast("const int32_t*") IntBuffer rows, int count);

  /**
   * Attention of a few queries over a layer whose first entries are packed; see {@code
   * edgevlm_packed_attention.h}.
   *
   * @param keys what writes the step's K
   * @param values what writes the step's V
   * @param layer address of an {@code edgevlm_layer}
   */
  @Name("edgevlm_attend_packed")
  public static native Tensor attend(
      Context context, Tensor queries, Tensor keys, Tensor values, int threads, long layer);
}

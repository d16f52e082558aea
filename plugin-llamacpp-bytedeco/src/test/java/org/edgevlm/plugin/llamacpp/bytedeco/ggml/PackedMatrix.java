package org.edgevlm.plugin.llamacpp.bytedeco.ggml;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;

/** Rows that were packed by the native code, in memory of their own, and read back by it. */
final class PackedMatrix implements AutoCloseable {

  private final Region region;
  private final int width;
  private int rows;
  private long bytes;

  /**
   * @param x rows of {@code heads × width} numbers that half precision has
   */
  PackedMatrix(
      float[][] x, int heads, int width, int bits, int rank, int outliers, boolean byChannel) {
    rows = x.length;
    this.width = heads * width;
    long rowBytes = (long) this.width * Short.BYTES;
    long most = Packing.most(rows, heads, width, bits, rank, outliers, byChannel);
    // Rows with a gap between them, as layers share their pages.
    long stride = 3 * rowBytes;
    region = Region.reserve(most + rows * stride);
    for (int r = 0; r < rows; r++) {
      ShortBuffer halves = region.bytes(most + r * stride, rowBytes).asShortBuffer();
      for (int c = 0; c < this.width; c++) {
        halves.put(c, half(x[r][c]));
      }
    }
    bytes =
        Packing.pack(
            region.address() + most,
            stride,
            rows,
            heads,
            width,
            bits,
            rank,
            outliers,
            byChannel,
            region.address());
    if (bytes > most || bytes != Packing.bytes(region.address())) {
      throw new AssertionError(bytes + " bytes of " + most);
    }
  }

  /** Bits of a number that half precision has. */
  private static short half(float x) {
    int bits = Float.floatToIntBits(x);
    int sign = bits >>> 16 & 0x8000;
    float magnitude = Math.abs(x);
    if (magnitude < 0x1p-14f) {
      return (short) (sign | (int) (magnitude * 0x1p24f));
    }
    int exponent = Math.getExponent(magnitude) + 15;
    return (short) (sign | exponent << 10 | bits >>> 13 & 0x3FF);
  }

  long bytes() {
    return bytes;
  }

  float[][] read() {
    float[][] result = new float[rows][width];
    FloatBuffer row =
        ByteBuffer.allocateDirect(width * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int r = 0; r < rows; r++) {
      Packing.unpack(region.address(), r, row);
      row.get(0, result[r]);
    }
    return result;
  }

  void keep(int... kept) {
    IntBuffer chosen =
        ByteBuffer.allocateDirect(kept.length * Integer.BYTES)
            .order(ByteOrder.nativeOrder())
            .asIntBuffer();
    chosen.put(0, kept);
    bytes = Packing.keep(region.address(), chosen, kept.length);
    rows = kept.length;
  }

  @Override
  public void close() {
    region.close();
  }
}

package org.edgevlm.gguf;

import java.util.Arrays;
import java.util.Objects;

/**
 * Where one tensor lies in a file and how it reads. Validated: the bytes are inside the file,
 * aligned and shared with no other tensor.
 *
 * @param name unique in the file, shorter than 64 bytes
 * @param type the element type
 * @param shape elements by dimension in ggml's order {@code ne}, the contiguous one first; one to
 *     four, each at least 1
 * @param offset of the first byte, from the beginning of the file
 * @param bytes the size of the data
 */
public record GgufTensor(String name, GgufType type, long[] shape, long offset, long bytes) {

  /** Copies the shape. */
  public GgufTensor {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    shape = shape.clone();
  }

  /** A copy of the shape, in ggml's order. */
  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** How many dimensions the file gives, 1 to 4. */
  public int dimensions() {
    return shape.length;
  }

  /**
   * Elements along dimension {@code i} from 0 to 3; 1 beyond the dimensions that the file gives.
   */
  public long ne(int i) {
    return i < shape.length ? shape[i] : 1;
  }

  /** All elements. */
  public long elements() {
    long product = 1;
    for (long n : shape) {
      product *= n;
    }
    return product;
  }

  /** Whether this is the shape, where dimensions of 1 at the end don't count. */
  public boolean hasShape(long... expected) {
    for (int i = 0; i < Math.max(expected.length, shape.length); i++) {
      if (ne(i) != (i < expected.length ? expected[i] : 1)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GgufTensor that
        && name.equals(that.name)
        && type == that.type
        && Arrays.equals(shape, that.shape)
        && offset == that.offset
        && bytes == that.bytes;
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, type, Arrays.hashCode(shape), offset, bytes);
  }

  @Override
  public String toString() {
    return name + " " + type + " " + Arrays.toString(shape) + " at byte " + offset + ", " + bytes;
  }
}

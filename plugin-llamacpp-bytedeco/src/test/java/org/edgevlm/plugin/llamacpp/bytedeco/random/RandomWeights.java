package org.edgevlm.plugin.llamacpp.bytedeco.random;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.gguf.writer.GgufWriter;
import org.edgevlm.gguf.writer.GgufWriter.TensorData;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;

/**
 * Normally distributed weights, the same for the same seed and name whatever else a file holds.
 * They are made and quantised by ggml in parts while a file is written, so memory stays bounded.
 */
final class RandomWeights {

  private static final int PART = 1 << 20;

  static {
    // ggml's tables for half precision, which quantising uses, are filled by the first context.
    Ggml.ggml_free(Ggml.newContext(1024));
  }

  private final long seed;

  RandomWeights(long seed) {
    this.seed = seed;
  }

  /** Adds a matrix or a kernel: mean 0. */
  void matrix(GgufWriter writer, String name, GgufType type, double deviation, long... shape) {
    writer.tensor(name, type, shape, data(name, type, shape, deviation));
  }

  /** Adds an F32 vector. */
  void vector(GgufWriter writer, String name, double mean, double deviation, int length) {
    SplittableRandom random = random(name);
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = (float) (mean + deviation * random.nextGaussian());
    }
    writer.floats(name, numbers, length);
  }

  private SplittableRandom random(String name) {
    return new SplittableRandom(seed * 0x9e3779b97f4a7c15L + name.hashCode());
  }

  private TensorData data(String name, GgufType type, long[] shape, double deviation) {
    long elements = 1;
    for (long n : shape) {
      elements *= n;
    }
    long width = shape[0];
    long rows = elements / width;
    return out -> {
      SplittableRandom random = random(name);
      long part = Math.min(rows, Math.max(1, PART / width));
      float[] numbers = new float[(int) (part * width)];
      try (FloatPointer floats = new FloatPointer(part * width);
          BytePointer bytes = new BytePointer(Ggml.ggml_row_size(type.id(), width) * part)) {
        for (long done = 0; done < rows; ) {
          long count = Math.min(part, rows - done);
          for (int i = 0; i < count * width; i++) {
            numbers[i] = (float) (deviation * random.nextGaussian());
          }
          floats.put(numbers, 0, (int) (count * width));
          long size = quantise(type, floats, bytes, count, width);
          ByteBuffer buffer = bytes.position(0).limit(size).asByteBuffer();
          GgufWriter.writeAll(out, buffer.order(ByteOrder.nativeOrder()));
          bytes.limit(bytes.capacity());
          done += count;
        }
      }
    };
  }

  /** Quantises rows, an equal share on each processor; the bytes written. */
  private static long quantise(
      GgufType type, FloatPointer floats, BytePointer bytes, long rows, long width) {
    int shares = Runtime.getRuntime().availableProcessors();
    return IntStream.range(0, shares)
        .parallel()
        .mapToLong(
            share -> {
              long from = rows * share / shares;
              long count = rows * (share + 1) / shares - from;
              return count == 0
                  ? 0
                  : Ggml.ggml_quantize_chunk(
                      type.id(), floats, bytes, from * width, count, width, null);
            })
        .sum();
  }
}

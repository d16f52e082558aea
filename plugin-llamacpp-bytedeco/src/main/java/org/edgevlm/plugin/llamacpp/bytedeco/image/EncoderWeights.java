package org.edgevlm.plugin.llamacpp.bytedeco.image;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufTensor;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Allocator;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Context;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Graph;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Weights;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape;
import org.edgevlm.spi.inference.LoadProgress;

/**
 * The tensors of an image encoder: mapped from the file where they can be used as they are, else
 * brought into another type in memory of their own. What a graph asks for while it is built is what
 * {@link #load} then converts; the rest of the file stays on the disk.
 */
final class EncoderWeights implements AutoCloseable {

  private static final int ALIGNMENT = 64;

  /** What the sides of a matrix are multiples of in {@link Ggml#linear}. */
  private static final int KERNEL_INPUTS = 16;

  private static final int KERNEL_OUTPUTS = 4;

  /** Two-dimensional, but added, not multiplied with. */
  static final String POSITIONS = "v.position_embd.weight";

  private record Conversion(GgufTensor source, Tensor from, Tensor to, long bytes) {}

  private final GgufFile file;
  private final ImageWeights choice;
  private final Weights mapped;
  private final Context context;
  private final Region converted;
  private final Map<String, Tensor> tensors = new HashMap<>();
  private final List<Conversion> conversions = new ArrayList<>();
  private final List<GgufTensor> used = new ArrayList<>();
  private final Region nowhere;
  private long end;

  EncoderWeights(GgufFile file, VisionShape shape, ImageWeights choice) {
    this.file = file;
    this.choice = choice;
    long space = ALIGNMENT;
    for (GgufTensor t : file.tensors().values()) {
      space += t.elements() * Float.BYTES + ALIGNMENT;
    }
    mapped = new Weights(file);
    context = Ggml.newContext((file.tensors().size() + 1) * Ggml.ggml_tensor_overhead());
    converted = Region.reserve(space);
    nowhere = Region.reserve(EncoderMemory.largest(shape));
  }

  /** A tensor's shape in ggml's order, four numbers. */
  long[] shape(String name) {
    GgufTensor t = file.requireTensor(name);
    return new long[] {t.ne(0), t.ne(1), t.ne(2), t.ne(3)};
  }

  /** A matrix to multiply with, {@code [inputs, outputs]}, in the type chosen for it. */
  Tensor matrix(String name) {
    return tensors.computeIfAbsent(
        name,
        n -> {
          GgufTensor source = file.requireTensor(n);
          GgufType type = choice.typeFor(source);
          return type == source.type() ? use(source, mapped.get(n)) : convert(source, type);
        });
  }

  /** Whether {@link Ggml#linear} takes a matrix. */
  boolean fitsKernel(String name) {
    GgufTensor source = file.requireTensor(name);
    GgufType type = choice.typeFor(source);
    return (type == GgufType.F16 || type == GgufType.F32)
        && source.ne(0) % KERNEL_INPUTS == 0
        && source.ne(1) % KERNEL_OUTPUTS == 0;
  }

  /** The rows of a matrix. */
  long outputs(String name) {
    return file.requireTensor(name).ne(1);
  }

  /** A tensor for its shape only, in address space without memory. */
  Tensor unread(Context graph, long width, long rows) {
    Tensor tensor = Ggml.ggml_new_tensor_2d(graph, Ggml.TYPE_F32, width, rows);
    nowhere.place(tensor, 0);
    return tensor;
  }

  /** A tensor in 32-bit floats, for additions and other work beside matrix products. */
  Tensor floats(String name) {
    return tensors.computeIfAbsent(
        name,
        n -> {
          GgufTensor source = file.requireTensor(n);
          return source.type() == GgufType.F32
              ? use(source, mapped.get(n))
              : convert(source, GgufType.F32);
        });
  }

  private static long bytes(GgufTensor tensor, GgufType type) {
    return tensor.elements() / type.blockSize() * type.blockBytes();
  }

  private Tensor use(GgufTensor source, Tensor tensor) {
    used.add(source);
    return tensor;
  }

  private Tensor convert(GgufTensor source, GgufType type) {
    Tensor to =
        Ggml.ggml_new_tensor_4d(
            context, type.id(), source.ne(0), source.ne(1), source.ne(2), source.ne(3));
    converted.place(to, end);
    long bytes = bytes(source, type);
    end += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    conversions.add(new Conversion(source, mapped.get(source.name()), to, bytes));
    return to;
  }

  /**
   * Converts what has to be and makes the rest resident. Pages of the file that were only read for
   * a conversion are given back.
   */
  void load(Compute compute, LoadProgress progress) {
    long total = 0;
    for (Conversion c : conversions) {
      total += c.source.bytes();
    }
    for (GgufTensor tensor : used) {
      total += tensor.bytes();
    }
    long done = 0;
    try (Allocator allocator = new Allocator()) {
      for (Conversion c : conversions) {
        try (Graph graph = new Graph(8)) {
          graph.compute(Ggml.ggml_cpy(graph.context(), floats(graph, c), c.to));
          allocator.allocate(graph);
          compute.run(graph);
        }
        mapped.release(c.source);
        done += c.source.bytes();
        progress.update(done, total);
      }
    }
    for (GgufTensor tensor : used) {
      mapped.preload(tensor);
      done += tensor.bytes();
      progress.update(done, total);
    }
    file.verifyUnchanged();
  }

  /** Bytes that a tensor will take, at most: a matrix in the type chosen for it, others in F32. */
  static long bytes(GgufTensor tensor, ImageWeights choice) {
    boolean matrix = tensor.dimensions() == 2 && !tensor.name().equals(POSITIONS);
    return bytes(tensor, matrix ? choice.typeFor(tensor) : GgufType.F32);
  }

  /** What a conversion reads: ggml dequantizes to F32 only. */
  private static Tensor floats(Graph graph, Conversion c) {
    return c.source.type().quantized()
        ? Ggml.ggml_cast(graph.context(), c.from, Ggml.TYPE_F32)
        : c.from;
  }

  /** Unmaps and frees everything. Idempotent. */
  @Override
  public void close() {
    mapped.close();
    converted.close();
    nowhere.close();
    if (!context.isNull()) {
      Ggml.ggml_free(context);
      context.setNull();
    }
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.image;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Allocator;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Context;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Graph;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Weights;
import org.edgevlm.plugin.llamacpp.bytedeco.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.bytedeco.gguf.GgufTensor;
import org.edgevlm.plugin.llamacpp.bytedeco.gguf.GgufType;
import org.edgevlm.spi.inference.LoadProgress;

/**
 * The tensors of an image encoder: mapped from the file where they can be used as they are, else
 * brought into another type in memory of their own. What a graph asks for while it is built is what
 * {@link #load} then converts; the rest of the file stays on the disk.
 */
final class EncoderWeights implements AutoCloseable {

  private static final int ALIGNMENT = 64;

  private record Conversion(GgufTensor source, Tensor from, Tensor to, long bytes) {}

  private final GgufFile file;
  private final ImageWeights choice;
  private final Weights mapped;
  private final Context context;
  private final Region converted;
  private final Map<String, Tensor> tensors = new HashMap<>();
  private final List<Conversion> conversions = new ArrayList<>();
  private final List<GgufTensor> used = new ArrayList<>();
  private long end;

  EncoderWeights(GgufFile file, ImageWeights choice) {
    this.file = file;
    this.choice = choice;
    long space = ALIGNMENT;
    for (GgufTensor t : file.tensors().values()) {
      space += t.type().quantized() ? 0 : t.elements() * Float.BYTES + ALIGNMENT;
    }
    mapped = new Weights(file);
    context = Ggml.newContext((file.tensors().size() + 1) * Ggml.ggml_tensor_overhead());
    converted = Region.reserve(space);
  }

  boolean has(String name) {
    return file.tensor(name).isPresent();
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
          return choice.quantizes(source)
              ? convert(source, GgufType.Q8_0)
              : use(source, mapped.get(n));
        });
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

  /** Bytes of a tensor once it is of another type. */
  static long bytes(GgufTensor tensor, GgufType type) {
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
        try (Graph graph = new Graph(4)) {
          graph.compute(Ggml.ggml_cpy(graph.context(), c.from, c.to));
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

  /** Unmaps and frees everything. Idempotent. */
  @Override
  public void close() {
    mapped.close();
    converted.close();
    if (!context.isNull()) {
      Ggml.ggml_free(context);
      context.setNull();
    }
  }
}

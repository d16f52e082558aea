package org.edgevlm.plugin.llamacpp.bytedeco.ggml;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Opaque;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * JavaCPP preset of the part of ggml that the engine builds its graphs with, and of this plugin's
 * own helpers in {@code edgevlm_ggml.h}. Names and arguments are ggml's, so its documentation
 * applies; the types are opaque.
 *
 * <p>ggml ends the process where an argument makes no sense: callers check shapes before.
 */
@Platform(
    include = {"edgevlm_ggml.h", "edgevlm_linear.h", "edgevlm_attention.h", "edgevlm_confidence.h"},
    link = "jllama")
public final class Ggml {

  static {
    NativeLibraries.load();
  }

  /** Type numbers of {@code enum ggml_type}. */
  public static final int TYPE_F32 = 0;

  public static final int TYPE_F16 = 1;
  public static final int TYPE_Q8_0 = 8;
  public static final int TYPE_I32 = 26;

  /** {@code GGML_OP_POOL_AVG}. */
  public static final int POOL_AVG = 1;

  private Ggml() {}

  /** {@code ggml_context}. */
  @Opaque
  @Name("ggml_context")
  public static final class Context extends Pointer {
    Context(Pointer p) {
      super(p);
    }
  }

  /** {@code ggml_cgraph}. */
  @Opaque
  @Name("ggml_cgraph")
  public static final class Graph extends Pointer {
    Graph(Pointer p) {
      super(p);
    }
  }

  /** {@code ggml_tensor}. */
  @Opaque
  @Name("ggml_tensor")
  public static final class Tensor extends Pointer {
    Tensor(Pointer p) {
      super(p);
    }
  }

  /** {@code ggml_backend}. */
  @Opaque
  @Name("ggml_backend")
  public static final class Backend extends Pointer {
    Backend(Pointer p) {
      super(p);
    }
  }

  /** {@code ggml_backend_buffer}. */
  @Opaque
  @Name("ggml_backend_buffer")
  public static final class Buffer extends Pointer {
    Buffer(Pointer p) {
      super(p);
    }
  }

  /** {@code ggml_backend_buffer_type}. */
  @Opaque
  @Name("ggml_backend_buffer_type")
  public static final class BufferType extends Pointer {
    BufferType(Pointer p) {
      super(p);
    }
  }

  /** {@code ggml_gallocr}. */
  @Opaque
  @Name("ggml_gallocr")
  public static final class GraphAllocator extends Pointer {
    GraphAllocator(Pointer p) {
      super(p);
    }
  }

  // ---- contexts, graphs, backends ----

  @Name("edgevlm_new_context")
  public static native Context newContext(@Cast("size_t") long bytes);

  public static native void ggml_free(Context context);

  @Cast("size_t")
  public static native long ggml_tensor_overhead();

  @Cast("size_t")
  public static native long ggml_graph_overhead_custom(@Cast("size_t") long size, boolean grads);

  public static native Graph ggml_new_graph_custom(
      Context context, @Cast("size_t") long size, boolean grads);

  public static native void ggml_build_forward_expand(Graph graph, Tensor tensor);

  public static native int ggml_graph_n_nodes(Graph graph);

  public static native void ggml_set_input(Tensor tensor);

  public static native void ggml_set_output(Tensor tensor);

  public static native Backend ggml_backend_cpu_init();

  public static native void ggml_backend_cpu_set_n_threads(Backend backend, int threads);

  public static native void ggml_backend_free(Backend backend);

  public static native int ggml_backend_graph_compute(Backend backend, Graph graph);

  public static native BufferType ggml_backend_cpu_buffer_type();

  @Name("edgevlm_wrap")
  public static native Buffer wrap(long address, long bytes);

  public static native void ggml_backend_buffer_free(Buffer buffer);

  /** Gives a tensor its place in a buffer. */
  @Name("edgevlm_place")
  public static native void place(Buffer buffer, Tensor tensor, long address);

  public static native GraphAllocator ggml_gallocr_new(BufferType type);

  public static native void ggml_gallocr_free(GraphAllocator allocator);

  public static native boolean ggml_gallocr_reserve(GraphAllocator allocator, Graph graph);

  public static native boolean ggml_gallocr_alloc_graph(GraphAllocator allocator, Graph graph);

  @Cast("size_t")
  public static native long ggml_gallocr_get_buffer_size(GraphAllocator allocator, int index);

  // ---- operations ----

  public static native Tensor ggml_new_tensor_1d(Context context, int type, long ne0);

  public static native Tensor ggml_new_tensor_2d(Context context, int type, long ne0, long ne1);

  public static native Tensor ggml_new_tensor_3d(
      Context context, int type, long ne0, long ne1, long ne2);

  public static native Tensor ggml_new_tensor_4d(
      Context context, int type, long ne0, long ne1, long ne2, long ne3);

  public static native Tensor ggml_get_rows(Context context, Tensor a, Tensor b);

  public static native Tensor ggml_mul_mat(Context context, Tensor a, Tensor b);

  public static native Tensor ggml_add(Context context, Tensor a, Tensor b);

  public static native Tensor ggml_mul(Context context, Tensor a, Tensor b);

  public static native Tensor ggml_scale(Context context, Tensor a, float factor);

  public static native Tensor ggml_rms_norm(Context context, Tensor a, float eps);

  public static native Tensor ggml_norm(Context context, Tensor a, float eps);

  public static native Tensor ggml_silu(Context context, Tensor a);

  public static native Tensor ggml_gelu(Context context, Tensor a);

  public static native Tensor ggml_gelu_quick(Context context, Tensor a);

  public static native Tensor ggml_relu(Context context, Tensor a);

  public static native Tensor ggml_hardswish(Context context, Tensor a);

  public static native Tensor ggml_hardsigmoid(Context context, Tensor a);

  public static native Tensor ggml_cont(Context context, Tensor a);

  public static native Tensor ggml_transpose(Context context, Tensor a);

  public static native Tensor ggml_permute(
      Context context, Tensor a, int axis0, int axis1, int axis2, int axis3);

  public static native Tensor ggml_reshape_2d(Context context, Tensor a, long ne0, long ne1);

  public static native Tensor ggml_reshape_3d(
      Context context, Tensor a, long ne0, long ne1, long ne2);

  public static native Tensor ggml_reshape_4d(
      Context context, Tensor a, long ne0, long ne1, long ne2, long ne3);

  public static native Tensor ggml_view_1d(
      Context context, Tensor a, long ne0, @Cast("size_t") long offset);

  public static native Tensor ggml_view_2d(
      Context context,
      Tensor a,
      long ne0,
      long ne1,
      @Cast("size_t") long nb1,
      @Cast("size_t") long offset);

  public static native Tensor ggml_view_3d(
      Context context,
      Tensor a,
      long ne0,
      long ne1,
      long ne2,
      @Cast("size_t") long nb1,
      @Cast("size_t") long nb2,
      @Cast("size_t") long offset);

  public static native Tensor ggml_concat(Context context, Tensor a, Tensor b, int dim);

  public static native Tensor ggml_cpy(Context context, Tensor a, Tensor b);

  public static native Tensor ggml_cast(Context context, Tensor a, int type);

  public static native Tensor ggml_rope_ext(
      Context context,
      Tensor a,
      Tensor positions,
      Tensor factors,
      int dims,
      int mode,
      int originalContext,
      float freqBase,
      float freqScale,
      float extFactor,
      float attnFactor,
      float betaFast,
      float betaSlow);

  public static native Tensor ggml_soft_max_ext(
      Context context, Tensor a, Tensor mask, float scale, float maxBias);

  public static native Tensor ggml_flash_attn_ext(
      Context context,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor mask,
      float scale,
      float maxBias,
      float logitSoftcap);

  public static native Tensor ggml_conv_2d(
      Context context, Tensor kernel, Tensor data, int s0, int s1, int p0, int p1, int d0, int d1);

  public static native Tensor ggml_conv_2d_dw(
      Context context, Tensor kernel, Tensor data, int s0, int s1, int p0, int p1, int d0, int d1);

  public static native Tensor ggml_im2col(
      Context context,
      Tensor kernel,
      Tensor data,
      int s0,
      int s1,
      int p0,
      int p1,
      int d0,
      int d1,
      boolean is2d,
      int type);

  public static native Tensor ggml_pad(Context context, Tensor a, int p0, int p1, int p2, int p3);

  public static native Tensor ggml_mean(Context context, Tensor a);

  public static native Tensor ggml_pool_2d(
      Context context, Tensor a, int op, int k0, int k1, int s0, int s1, float p0, float p1);

  /**
   * Adds softmax weights to a layer's attention sums while the graph is computed, and passes them
   * on.
   *
   * @param sums address of an {@code edgevlm_attention}
   */
  @Name("edgevlm_observed")
  public static native Tensor observed(Context context, Tensor weights, int threads, long sums);

  /**
   * Attention of a few queries, observed: {@code [head width, heads, count]} over keys and values
   * of {@code [head width, entries, KV heads]}; see {@code edgevlm_attention.h}.
   *
   * @param sums address of an {@code edgevlm_attention}
   */
  @Name("edgevlm_attend")
  public static native Tensor attend(
      Context context, Tensor queries, Tensor keys, Tensor values, int threads, long sums);

  /**
   * Of the softmax of a row of logits: the largest probability, the second largest, and the entropy
   * in nats.
   *
   * @param logits address of {@code count} floats
   * @param result gets three values
   */
  @Name("edgevlm_confidence")
  public static native void confidence(long logits, int count, FloatBuffer result);

  /**
   * The ids of the highest logits.
   *
   * @param logits address of {@code count} floats
   * @param ids address that {@code wanted} ints are written to
   * @param wanted less than {@code count}
   * @return their share of the softmax
   */
  @Name("edgevlm_shortlist")
  public static native float shortlist(long logits, int count, long ids, int wanted);

  /**
   * Numbers that the kernel of {@link #linear} multiplies at a time here; 0 where there is none.
   */
  @Name("edgevlm_linear_lanes")
  public static native int linearLanes();

  /**
   * {@code base + bias + x wᵀ}, or without {@code add} only its shape is taken from {@code base};
   * see {@code edgevlm_linear.h}.
   */
  @Name("edgevlm_linear")
  public static native Tensor linear(
      Context context,
      Tensor base,
      Tensor w,
      Tensor x,
      Tensor bias,
      boolean add,
      int lanes,
      int threads);

  // ---- memory ----

  @Cast("size_t")
  public static native long ggml_quantize_chunk(
      int type,
      @Cast("const float*") Pointer source,
      @Cast("void*") Pointer destination,
      long start,
      long rows,
      long rowSize,
      @Cast("const float*") Pointer importance);

  public static native void ggml_fp16_to_fp32_row(
      @Cast("const uint16_t*") Pointer source, @Cast("float*") Pointer destination, long count);

  @Cast("size_t")
  public static native long ggml_row_size(int type, long elements);

  @Name("edgevlm_map_file")
  public static native long mapFile(@Cast("const char*") BytePointer path, long size);

  @Name("edgevlm_reserve")
  public static native long reserve(long size);

  @Name("edgevlm_unmap")
  public static native void unmap(long address, long size);

  @Name("edgevlm_discard")
  public static native void discard(long address, long size);

  @Name("edgevlm_touch")
  public static native int touch(long address, long size);

  @Name("edgevlm_page_size")
  public static native int pageSize();

  @Name("edgevlm_resident")
  public static native long residentPages(long address, long size);

  @Name("edgevlm_move")
  public static native void move(long to, long from, long bytes);

  @Name("edgevlm_data")
  public static native long data(Tensor tensor);

  /** Bytes from a tensor's first element to its end; what a contiguous tensor takes. */
  @Name("ggml_nbytes")
  @Cast("size_t")
  public static native long bytes(Tensor tensor);

  /** Elements in a row. */
  @Name("edgevlm_row_elements")
  public static native long rowElements(Tensor tensor);

  @Name("edgevlm_relocate")
  public static native void relocate(@Cast("const int64_t*") LongBuffer pairs, int count);
}

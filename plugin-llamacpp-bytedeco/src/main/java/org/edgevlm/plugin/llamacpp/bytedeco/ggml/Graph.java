package org.edgevlm.plugin.llamacpp.bytedeco.ggml;

import java.nio.ByteBuffer;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Context;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;

/** A graph of operations under construction, and then to be computed any number of times. */
public final class Graph implements AutoCloseable {

  private final Context context;
  private final Ggml.Graph graph;
  private boolean closed;

  /**
   * @param maxTensors an upper bound of the tensors that will be described
   */
  public Graph(int maxTensors) {
    context =
        Ggml.newContext(
            maxTensors * Ggml.ggml_tensor_overhead()
                + Ggml.ggml_graph_overhead_custom(maxTensors, false));
    graph = Ggml.ggml_new_graph_custom(context, maxTensors, false);
  }

  /** Where operations are described in. */
  public Context context() {
    return context;
  }

  Ggml.Graph nativeGraph() {
    return graph;
  }

  /** Adds what a tensor is made of, in order, to what is computed. */
  public Tensor compute(Tensor tensor) {
    Ggml.ggml_build_forward_expand(graph, tensor);
    return tensor;
  }

  /** Describes an input of whole numbers; its place is known once the graph is allocated. */
  public Tensor inputInts(long count) {
    return input(Ggml.ggml_new_tensor_1d(context, Ggml.TYPE_I32, count));
  }

  /** Marks a tensor that is written before the graph is computed. */
  public Tensor input(Tensor tensor) {
    Ggml.ggml_set_input(tensor);
    return tensor;
  }

  /** Keeps a tensor's memory from being used again. */
  public Tensor output(Tensor tensor) {
    Ggml.ggml_set_output(tensor);
    return compute(tensor);
  }

  /** The memory of a tensor of an allocated graph. */
  public static ByteBuffer memory(Tensor tensor, long bytes) {
    return Address.buffer(Ggml.data(tensor), bytes);
  }

  /** Operations that are computed. */
  public int nodes() {
    return Ggml.ggml_graph_n_nodes(graph);
  }

  /** Frees the description. Idempotent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Ggml.ggml_free(context);
    }
  }
}

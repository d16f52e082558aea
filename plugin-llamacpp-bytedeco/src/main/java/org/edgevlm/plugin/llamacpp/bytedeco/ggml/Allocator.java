package org.edgevlm.plugin.llamacpp.bytedeco.ggml;

import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.GraphAllocator;
import org.edgevlm.spi.EdgeVlmException;

/**
 * Memory for a graph's intermediate results, which share places where their lifetimes allow. Grows
 * to the largest graph; a graph's places hold until the next graph is allocated.
 */
public final class Allocator implements AutoCloseable {

  private final GraphAllocator allocator =
      Ggml.ggml_gallocr_new(Ggml.ggml_backend_cpu_buffer_type());
  private boolean closed;

  /** Gives each tensor of a graph that has no place yet one. */
  public void allocate(Graph graph) {
    // Planned anew each time: ggml takes a graph with as many tensors as the one before for the
    // same graph, and where tensors that have a place of their own changed theirs, it crashes.
    if (!Ggml.ggml_gallocr_reserve(allocator, graph.nativeGraph())
        || !Ggml.ggml_gallocr_alloc_graph(allocator, graph.nativeGraph())) {
      throw new EdgeVlmException("no memory for a graph's intermediate results");
    }
  }

  /** Bytes held now. */
  public long bytes() {
    return Ggml.ggml_gallocr_get_buffer_size(allocator, 0);
  }

  /** Frees the memory. Idempotent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Ggml.ggml_gallocr_free(allocator);
    }
  }
}

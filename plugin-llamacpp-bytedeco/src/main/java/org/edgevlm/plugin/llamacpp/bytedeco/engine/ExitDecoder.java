package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Allocator;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Context;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Graph;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;

/**
 * Describes the parts of a step of one token that may end at exit layers: segments of layers, the
 * head on its own, and the K and V that a step left out. Hidden states pass from part to part in
 * rows of the caller's memory.
 */
final class ExitDecoder {

  private final Blocks blocks;

  ExitDecoder(Blocks blocks) {
    this.blocks = blocks;
  }

  /**
   * Layers from one to before another; the first segment begins with a token, and the last one
   * doesn't keep its hidden state.
   *
   * @param rows memory for hidden states
   * @param logits where the head's logits go, into row 0; null for a segment without a head
   */
  StepGraph segment(
      SessionCache cache, int first, int end, Region rows, Region logits, Allocator allocator) {
    Graph graph = new Graph(64 + (end - first) * 48);
    Context c = graph.context();
    StepGraph step = new StepGraph(graph, cache, 1, first, end);
    Tensor token = first == 0 ? graph.inputInts(1) : null;
    Tensor positions = graph.inputInts(1);
    step.inputs(token, positions);
    Tensor x = first == 0 ? blocks.embed(c, token) : hidden(step, rows, 1);
    for (int layer = first; layer < end; layer++) {
      x = blocks.feedForward(c, layer, blocks.attention(step, layer, x, positions), x);
    }
    if (end < cache.layers()) {
      Tensor kept = Ggml.ggml_new_tensor_2d(c, Ggml.TYPE_F32, blocks.shape().width(), 1);
      rows.place(kept, 0);
      step.hidden(graph.compute(Ggml.ggml_cpy(c, x, kept)));
    }
    if (logits != null) {
      head(graph, x, logits);
    }
    return allocated(step, allocator);
  }

  /**
   * The layers above an exit for several steps that ended there, and the logits of each.
   *
   * @param count steps
   */
  StepGraph completion(
      SessionCache cache, int first, int count, Region rows, Region logits, Allocator allocator) {
    int end = cache.layers();
    Graph graph = new Graph(64 + (end - first) * 48);
    StepGraph step = new StepGraph(graph, cache, count, first, end);
    Tensor positions = graph.inputInts(count);
    step.inputs(null, positions);
    Tensor x = hidden(step, rows, count);
    for (int layer = first; layer < end; layer++) {
      x =
          blocks.feedForward(
              graph.context(), layer, blocks.attention(step, layer, x, positions), x);
    }
    head(graph, x, logits);
    return allocated(step, allocator);
  }

  /** The head alone: a hidden state to logits in row 0. */
  StepGraph head(SessionCache cache, Region rows, Region logits, Allocator allocator) {
    StepGraph step = new StepGraph(new Graph(32), cache, 1, 0, 0);
    head(step.graph(), hidden(step, rows, 1), logits);
    return allocated(step, allocator);
  }

  /**
   * The head for some tokens only.
   *
   * @param count tokens
   * @param list their logits go here, and behind these their ids are read
   */
  StepGraph shortlist(
      SessionCache cache, int count, Region rows, Region list, Allocator allocator) {
    Graph graph = new Graph(32);
    Context c = graph.context();
    StepGraph step = new StepGraph(graph, cache, 1, 0, 0);
    // Not an input of the graph, whose memory serves other tensors once it was read.
    Tensor ids = Ggml.ggml_new_tensor_1d(c, Ggml.TYPE_I32, count);
    list.place(ids, (long) count * Float.BYTES);
    Tensor matrix = Ggml.ggml_get_rows(c, blocks.headMatrix(), ids);
    Tensor result = Ggml.ggml_mul_mat(c, matrix, blocks.outputNorm(c, hidden(step, rows, 1)));
    list.place(result, 0);
    graph.output(result);
    return allocated(step, allocator);
  }

  /**
   * K and V of layers that steps left out, made from the hidden states at which these ended.
   *
   * @param count steps
   */
  StepGraph fill(
      SessionCache cache, int first, int end, int count, Region rows, Allocator allocator) {
    Graph graph = new Graph(32 + (end - first) * 24);
    StepGraph step = new StepGraph(graph, cache, count, first, end);
    Tensor positions = graph.inputInts(count);
    step.inputs(null, positions);
    Tensor x = hidden(step, rows, count);
    for (int layer = first; layer < end; layer++) {
      blocks.fill(step, layer, x, positions);
    }
    return allocated(step, allocator);
  }

  private Tensor hidden(StepGraph step, Region rows, int count) {
    Context c = step.graph().context();
    Tensor x = Ggml.ggml_new_tensor_2d(c, Ggml.TYPE_F32, blocks.shape().width(), count);
    rows.place(x, 0);
    step.hidden(x);
    return x;
  }

  private void head(Graph graph, Tensor x, Region logits) {
    Tensor result = blocks.head(graph.context(), x);
    logits.place(result, 0);
    graph.output(result);
  }

  private static StepGraph allocated(StepGraph step, Allocator allocator) {
    allocator.allocate(step.graph());
    step.allocated();
    return step;
  }
}

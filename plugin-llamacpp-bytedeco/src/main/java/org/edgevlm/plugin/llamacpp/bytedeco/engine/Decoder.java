package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Allocator;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Context;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Graph;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;
import org.edgevlm.spi.inference.Outputs;

/** Describes a step through all layers of a LLaMA decoder. */
final class Decoder {

  private final Blocks blocks;

  Decoder(Blocks blocks) {
    this.blocks = blocks;
  }

  /**
   * Describes a step and gives its tensors their places.
   *
   * @param cache the session's, at the lengths it has before the step
   * @param count tokens or rows of an image, at least 1
   * @param image whether rows of an image are fed
   * @param logits where the logits go
   * @param logitsOffset in {@code logits}
   */
  StepGraph build(
      SessionCache cache,
      int count,
      boolean image,
      Outputs outputs,
      Region logits,
      long logitsOffset,
      Allocator allocator) {
    int layers = cache.layers();
    Graph graph = new Graph(64 + layers * 48);
    Context c = graph.context();
    StepGraph step = new StepGraph(graph, cache, count);
    Tensor input;
    Tensor x;
    if (image) {
      int width = blocks.shape().width();
      input = graph.input(Ggml.ggml_new_tensor_2d(c, Ggml.TYPE_F32, width, count));
      x = input;
    } else {
      input = graph.inputInts(count);
      x = blocks.embed(c, input);
    }
    Tensor positions = graph.inputInts(count);
    step.inputs(input, positions);
    for (int layer = 0; layer < layers; layer++) {
      Tensor attended = blocks.attention(step, layer, x, positions);
      if (layer == layers - 1 && outputs != Outputs.ALL) {
        if (outputs == Outputs.NONE) {
          // Nothing reads beyond the last layer's K and V.
          break;
        }
        attended = lastRow(c, attended, count);
        x = lastRow(c, x, count);
      }
      x = blocks.feedForward(c, layer, attended, x);
    }
    if (outputs != Outputs.NONE) {
      Tensor result = blocks.head(c, x);
      logits.place(result, logitsOffset);
      graph.output(result);
    }
    allocator.allocate(graph);
    step.allocated();
    return step;
  }

  private static Tensor lastRow(Context c, Tensor x, int count) {
    if (count == 1) {
      return x;
    }
    long width = Ggml.rowElements(x);
    long row = width * Float.BYTES;
    return Ggml.ggml_view_2d(c, x, width, 1, row, (count - 1) * row);
  }
}

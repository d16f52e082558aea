package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Allocator;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Context;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Graph;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Weights;
import org.edgevlm.plugin.llamacpp.bytedeco.gguf.LlamaShape;
import org.edgevlm.plugin.llamacpp.bytedeco.gguf.RopeScaling;
import org.edgevlm.spi.inference.Outputs;

/**
 * Describes the LLaMA decoder as ggml operations: RMS norm, rotary attention with grouped queries
 * over a session's own K and V of each layer, and a gated feed-forward network.
 *
 * <p>Attention is ggml's fused kernel for steps of a few tokens, and products with an explicit
 * softmax where the weights are to be observed or many queries make a matrix product worthwhile.
 */
final class Decoder {

  /**
   * From this many queries on, two matrix products beat the fused kernel, which works row by row.
   */
  private static final int FUSED_QUERIES = 8;

  private static final float YARN_BETA_FAST = 32;
  private static final float YARN_BETA_SLOW = 1;

  private final LlamaShape shape;
  private final Weights weights;
  private final int threads;

  Decoder(LlamaShape shape, Weights weights, int threads) {
    this.shape = shape;
    this.weights = weights;
    this.threads = threads;
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
    Graph graph = new Graph(64 + shape.layers() * 48);
    Context c = graph.context();
    StepGraph step = new StepGraph(graph, cache, count);
    Tensor input;
    Tensor x;
    if (image) {
      input = graph.input(Ggml.ggml_new_tensor_2d(c, Ggml.TYPE_F32, shape.width(), count));
      x = input;
    } else {
      input = graph.inputInts(count);
      x = Ggml.ggml_get_rows(c, weights.get("token_embd.weight"), input);
    }
    Tensor positions = graph.inputInts(count);
    step.inputs(input, positions);
    for (int layer = 0; layer < shape.layers(); layer++) {
      String block = "blk." + layer + ".";
      Tensor normed = norm(c, x, block + "attn_norm.weight");
      Tensor attended = attention(step, layer, normed, positions);
      if (layer == shape.layers() - 1 && outputs != Outputs.ALL) {
        if (outputs == Outputs.NONE) {
          // Nothing reads beyond the last layer's K and V.
          break;
        }
        attended = lastRow(c, attended, count);
        x = lastRow(c, x, count);
      }
      Tensor hidden = Ggml.ggml_add(c, linear(c, attended, block + "attn_output"), x);
      Tensor ff = norm(c, hidden, block + "ffn_norm.weight");
      Tensor gate = Ggml.ggml_silu(c, linear(c, ff, block + "ffn_gate"));
      Tensor up = linear(c, ff, block + "ffn_up");
      x = Ggml.ggml_add(c, linear(c, Ggml.ggml_mul(c, gate, up), block + "ffn_down"), hidden);
    }
    if (outputs != Outputs.NONE) {
      Tensor head = weights.get(shape.tiedHead() ? "token_embd.weight" : "output.weight");
      Tensor result = Ggml.ggml_mul_mat(c, head, norm(c, x, "output_norm.weight"));
      logits.place(result, logitsOffset);
      graph.output(result);
    }
    allocator.allocate(graph);
    step.allocated();
    return step;
  }

  private Tensor attention(StepGraph step, int layer, Tensor x, Tensor positions) {
    Graph graph = step.graph();
    Context c = graph.context();
    String block = "blk." + layer + ".";
    int count = step.count();
    int headWidth = shape.headWidth();
    int kvWidth = shape.kvWidth();
    LayerCache cache = step.cache().layer(layer);
    int padded = SessionCache.padded(cache.length() + count);

    Tensor q =
        Ggml.ggml_reshape_3d(c, linear(c, x, block + "attn_q"), headWidth, shape.heads(), count);
    Tensor k =
        Ggml.ggml_reshape_3d(c, linear(c, x, block + "attn_k"), headWidth, shape.kvHeads(), count);
    Tensor v = linear(c, x, block + "attn_v");
    q = rope(c, q, positions);
    k = rope(c, k, positions);

    Region region = step.cache().region();
    Tensor keys = Ggml.ggml_new_tensor_2d(c, Ggml.TYPE_F16, kvWidth, padded);
    Tensor values = Ggml.ggml_new_tensor_2d(c, Ggml.TYPE_F16, kvWidth, padded);
    region.place(keys, cache.keysOffset());
    region.place(values, cache.valuesOffset());
    long row = (long) kvWidth * Short.BYTES;
    long start = cache.length() * row;
    step.writesKeys(
        layer,
        graph.compute(Ggml.ggml_cpy(c, k, Ggml.ggml_view_2d(c, keys, kvWidth, count, row, start))));
    step.writesValues(
        layer,
        graph.compute(
            Ggml.ggml_cpy(c, v, Ggml.ggml_view_2d(c, values, kvWidth, count, row, start))));

    Tensor mask = step.mask(layer, padded);
    Tensor queries = Ggml.ggml_permute(c, q, 0, 2, 1, 3);
    long head = (long) headWidth * Short.BYTES;
    Tensor keyHeads = Ggml.ggml_view_3d(c, keys, headWidth, padded, shape.kvHeads(), row, head, 0);
    Tensor valueHeads =
        Ggml.ggml_view_3d(c, values, headWidth, padded, shape.kvHeads(), row, head, 0);
    float scale = (float) (1 / Math.sqrt(headWidth));
    AttentionRecorder recorder = cache.attention();
    if (recorder == null && count < FUSED_QUERIES) {
      Tensor fused = Ggml.ggml_flash_attn_ext(c, queries, keyHeads, valueHeads, mask, scale, 0, 0);
      return graph.compute(Ggml.ggml_reshape_2d(c, fused, shape.queryWidth(), count));
    }
    Tensor scores = Ggml.ggml_mul_mat(c, keyHeads, queries);
    Tensor attention = Ggml.ggml_soft_max_ext(c, scores, mask, scale, 0);
    if (recorder != null) {
      attention = Ggml.observed(c, attention, threads, recorder.sums());
    }
    Tensor columns = Ggml.ggml_cont(c, Ggml.ggml_permute(c, valueHeads, 1, 0, 2, 3));
    Tensor mixed = Ggml.ggml_permute(c, Ggml.ggml_mul_mat(c, columns, attention), 0, 2, 1, 3);
    Tensor flat = Ggml.ggml_reshape_2d(c, Ggml.ggml_cont(c, mixed), shape.queryWidth(), count);
    return graph.compute(flat);
  }

  private Tensor rope(Context c, Tensor x, Tensor positions) {
    RopeScaling scaling = shape.ropeScaling();
    Tensor factors = shape.ropeFactors() ? weights.get("rope_freqs.weight") : null;
    return Ggml.ggml_rope_ext(
        c,
        x,
        positions,
        factors,
        shape.ropeDimension(),
        0,
        scaling.originalContext(),
        shape.ropeFrequencyBase(),
        scaling.frequencyScale(),
        scaling.type() == RopeScaling.Type.YARN ? 1 : 0,
        scaling.attentionFactor(),
        YARN_BETA_FAST,
        YARN_BETA_SLOW);
  }

  private Tensor norm(Context c, Tensor x, String weight) {
    return Ggml.ggml_mul(c, Ggml.ggml_rms_norm(c, x, shape.rmsEpsilon()), weights.get(weight));
  }

  private Tensor linear(Context c, Tensor x, String name) {
    Tensor product = Ggml.ggml_mul_mat(c, weights.get(name + ".weight"), x);
    Tensor bias = weights.find(name + ".bias");
    return bias == null ? product : Ggml.ggml_add(c, product, bias);
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

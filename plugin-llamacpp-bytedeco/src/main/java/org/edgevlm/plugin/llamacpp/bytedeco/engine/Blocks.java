package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Context;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Graph;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Packing;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Weights;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.LlamaShape;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.RopeScaling;

/**
 * The pieces of a LLaMA decoder as ggml operations: RMS norm, rotary attention with grouped queries
 * over a session's own K and V of each layer, and a gated feed-forward network.
 *
 * <p>Attention is ggml's fused kernel for steps of a few tokens, or a kernel of ours where the
 * weights are to be observed; many queries make two matrix products with an explicit softmax
 * worthwhile.
 */
final class Blocks {

  /**
   * From this many queries on, two matrix products beat the fused kernel, which works row by row.
   * They do from 8 on, but short prompts then round otherwise than in stock llama.cpp, which fuses
   * whatever the number, and greedy answers differ now and then.
   */
  private static final int FUSED_QUERIES = 64;

  /** From this many queries on, products are observed in place of our own kernel. */
  private static final int OBSERVED_QUERIES = 8;

  /** Head widths that our own kernel takes are multiples of this. */
  private static final int LANES = 8;

  private static final float YARN_BETA_FAST = 32;
  private static final float YARN_BETA_SLOW = 1;

  private final LlamaShape shape;
  private final Weights weights;
  private final int threads;

  Blocks(LlamaShape shape, Weights weights, int threads) {
    this.shape = shape;
    this.weights = weights;
    this.threads = threads;
  }

  LlamaShape shape() {
    return shape;
  }

  Tensor embed(Context c, Tensor tokens) {
    return Ggml.ggml_get_rows(c, weights.get("token_embd.weight"), tokens);
  }

  /** The matrix of the output head. */
  Tensor headMatrix() {
    return weights.get(shape.tiedHead() ? "token_embd.weight" : "output.weight");
  }

  Tensor outputNorm(Context c, Tensor x) {
    return norm(c, x, "output_norm.weight");
  }

  /** The logits of all tokens. */
  Tensor head(Context c, Tensor x) {
    return Ggml.ggml_mul_mat(c, headMatrix(), outputNorm(c, x));
  }

  /** Attention of a layer up to its output projection; K and V of the step go to the cache. */
  Tensor attention(StepGraph step, int layer, Tensor x, Tensor positions) {
    Graph graph = step.graph();
    Context c = graph.context();
    String block = block(layer);
    Tensor normed = norm(c, x, block + "attn_norm.weight");
    int count = step.count();
    int headWidth = shape.headWidth();
    LayerCache cache = step.cache().layer(layer);
    int padded = SessionCache.padded(cache.rows() + count);
    Tensor q = linear(c, normed, block + "attn_q");
    q = rope(c, Ggml.ggml_reshape_3d(c, q, headWidth, shape.heads(), count), positions);
    Tensor[] held = keysAndValues(step, layer, normed, positions, padded);

    Mask mask = step.mask(layer, padded);
    if (cache.packed() != null) {
      if (count > AttentionRecorder.FEW_QUERIES) {
        throw new IllegalArgumentException(
            "a step of "
                + count
                + " over packed entries: at most "
                + AttentionRecorder.FEW_QUERIES);
      }
      Tensor read = Packing.attend(c, q, held[0], held[1], threads, cache.packed().address());
      return graph.compute(Ggml.ggml_reshape_2d(c, read, shape.queryWidth(), count));
    }
    long row = cache.rowBytes();
    long head = (long) headWidth * Short.BYTES;
    int kvHeads = shape.kvHeads();
    Tensor keys = Ggml.ggml_view_3d(c, held[0], headWidth, padded, kvHeads, row, head, 0);
    Tensor values = Ggml.ggml_view_3d(c, held[1], headWidth, padded, kvHeads, row, head, 0);
    AttentionRecorder recorder = cache.attention();
    if (recorder != null && count < OBSERVED_QUERIES && headWidth % LANES == 0) {
      Tensor observed = Ggml.attend(c, q, keys, values, threads, recorder.sums());
      return graph.compute(Ggml.ggml_reshape_2d(c, observed, shape.queryWidth(), count));
    }
    Tensor queries = Ggml.ggml_permute(c, q, 0, 2, 1, 3);
    float scale = (float) (1 / Math.sqrt(headWidth));
    if (recorder == null && count < FUSED_QUERIES) {
      Tensor fused = Ggml.ggml_flash_attn_ext(c, queries, keys, values, mask.tensor(), scale, 0, 0);
      return graph.compute(Ggml.ggml_reshape_2d(c, fused, shape.queryWidth(), count));
    }
    Tensor scores = Ggml.ggml_mul_mat(c, keys, queries);
    Tensor attention = Ggml.ggml_soft_max_ext(c, scores, mask.tensor(), scale, 0);
    if (recorder != null) {
      attention = Ggml.observed(c, attention, threads, recorder.sums());
    }
    Tensor columns = Ggml.ggml_cont(c, Ggml.ggml_permute(c, values, 1, 0, 2, 3));
    Tensor mixed = Ggml.ggml_permute(c, Ggml.ggml_mul_mat(c, columns, attention), 0, 2, 1, 3);
    Tensor flat = Ggml.ggml_reshape_2d(c, Ggml.ggml_cont(c, mixed), shape.queryWidth(), count);
    return graph.compute(flat);
  }

  /**
   * Writes a layer's K and V of a step and nothing else.
   *
   * @param x hidden states that stand for the layer's input
   */
  void fill(StepGraph step, int layer, Tensor x, Tensor positions) {
    Tensor normed = norm(step.graph().context(), x, block(layer) + "attn_norm.weight");
    int padded = SessionCache.padded(step.cache().layer(layer).rows() + step.count());
    keysAndValues(step, layer, normed, positions, padded);
  }

  /** The rest of a layer: the output projection and the feed-forward network. */
  Tensor feedForward(Context c, int layer, Tensor attended, Tensor x) {
    String block = block(layer);
    Tensor hidden = Ggml.ggml_add(c, linear(c, attended, block + "attn_output"), x);
    Tensor ff = norm(c, hidden, block + "ffn_norm.weight");
    Tensor gate = Ggml.ggml_silu(c, linear(c, ff, block + "ffn_gate"));
    Tensor up = linear(c, ff, block + "ffn_up");
    return Ggml.ggml_add(c, linear(c, Ggml.ggml_mul(c, gate, up), block + "ffn_down"), hidden);
  }

  /** Computes K and V, writes them behind the last entry, and gives the layer's K and V. */
  private Tensor[] keysAndValues(
      StepGraph step, int layer, Tensor normed, Tensor positions, int padded) {
    Graph graph = step.graph();
    Context c = graph.context();
    String block = block(layer);
    int count = step.count();
    int kvWidth = shape.kvWidth();
    LayerCache cache = step.cache().layer(layer);
    Tensor k = linear(c, normed, block + "attn_k");
    k = rope(c, Ggml.ggml_reshape_3d(c, k, shape.headWidth(), shape.kvHeads(), count), positions);
    Tensor v = linear(c, normed, block + "attn_v");
    Region region = step.cache().region();
    if (cache.packed() != null) {
      // Its rows don't lie side by side, and the kernel knows where they are.
      Tensor keys = scattered(step, k, cache.nextKeys(), cache.stride());
      Tensor values = scattered(step, v, cache.nextValues(), cache.stride());
      step.writesKeys(layer, keys);
      step.writesValues(layer, values);
      return new Tensor[] {keys, values};
    }
    Tensor keys = Ggml.ggml_new_tensor_2d(c, Ggml.TYPE_F16, kvWidth, padded);
    Tensor values = Ggml.ggml_new_tensor_2d(c, Ggml.TYPE_F16, kvWidth, padded);
    region.place(keys, cache.keysOffset());
    region.place(values, cache.valuesOffset());
    long row = cache.rowBytes();
    long start = cache.length() * row;
    step.writesKeys(
        layer,
        graph.compute(Ggml.ggml_cpy(c, k, Ggml.ggml_view_2d(c, keys, kvWidth, count, row, start))));
    step.writesValues(
        layer,
        graph.compute(
            Ggml.ggml_cpy(c, v, Ggml.ggml_view_2d(c, values, kvWidth, count, row, start))));
    return new Tensor[] {keys, values};
  }

  /** Writes a step's rows at a distance from each other. */
  private Tensor scattered(StepGraph step, Tensor x, long offset, long stride) {
    Context c = step.graph().context();
    long between = (step.count() - 1) * stride / Short.BYTES;
    Tensor all = Ggml.ggml_new_tensor_1d(c, Ggml.TYPE_F16, between + shape.kvWidth());
    step.cache().region().place(all, offset);
    Tensor rows = Ggml.ggml_view_2d(c, all, shape.kvWidth(), step.count(), stride, 0);
    return step.graph().compute(Ggml.ggml_cpy(c, x, rows));
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

  private static String block(int layer) {
    return "blk." + layer + ".";
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.image;

import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Context;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape;

/**
 * The vision transformer (Dosovitskiy et al., 2020) as CLIP (Radford et al., 2021) and SigLIP (Zhai
 * et al., 2023) use it: patches by a convolution, a class token <em>before</em> them where the file
 * has one, position embeddings, pre-norm blocks. Which features leave it is said by {@link
 * VisionShape}: patches only, after {@code usedBlocks} blocks; CLIP's post-norm is left out, for it
 * belongs to the class token.
 *
 * <p>Rows are filled up with zeros to a multiple of {@value #ROWS}, which ggml's fast kernels want
 * of the attention weights; a mask keeps the filling out of the softmax.
 */
final class VisionTower {

  /** Rows of the attention's products are a multiple of this. */
  static final int ROWS = 8;

  /** Tensors described for a block, at most. */
  static final int TENSORS_PER_BLOCK = 48;

  private final VisionShape shape;
  private final Operations ops;
  private final Context context;
  private final int rows;

  VisionTower(VisionShape shape, Operations ops) {
    this.shape = shape;
    this.ops = ops;
    this.context = ops.context();
    this.rows = rows(shape);
  }

  /** Positions with their filling. */
  static int rows(VisionShape shape) {
    return (shape.positions() + ROWS - 1) / ROWS * ROWS;
  }

  /** Whether {@link #features} needs a mask. */
  static boolean filled(VisionShape shape) {
    return rows(shape) != shape.positions();
  }

  /**
   * Features of the patches.
   *
   * @param pixels {@code [side, side, 3]}
   * @param mask {@code [rows, rows]}, 0 for positions and minus infinity for the filling; null
   *     where there is none
   * @return {@code [width, patches]}
   */
  Tensor features(Tensor pixels, Tensor mask) {
    Tensor x = embeddings(pixels);
    if (shape.preNorm()) {
      x = ops.norm(x, "v.pre_ln", shape.epsilon());
    }
    for (int block = 0; block < shape.usedBlocks(); block++) {
      x = block(x, mask, "v.blk." + block + ".");
    }
    x = ops.rows(x, shape.width(), shape.classToken() ? 1 : 0, shape.patches());
    return shape.postNorm() ? ops.norm(x, "v.post_ln", shape.epsilon()) : x;
  }

  private Tensor embeddings(Tensor pixels) {
    int patch = shape.patchSize();
    int width = shape.width();
    Tensor kernel = ops.weights().floats("v.patch_embd.weight");
    Tensor columns =
        Ggml.ggml_im2col(context, kernel, pixels, patch, patch, 0, 0, 1, 1, true, Ggml.TYPE_F32);
    int area = 3 * patch * patch;
    columns = Ggml.ggml_reshape_2d(context, columns, area, shape.patches());
    Tensor x =
        Ggml.ggml_mul_mat(context, Ggml.ggml_reshape_2d(context, kernel, area, width), columns);
    if (shape.patchBias()) {
      x = ops.add(x, ops.weights().floats("v.patch_embd.bias"));
    }
    if (shape.classToken()) {
      Tensor first = Ggml.ggml_reshape_2d(context, ops.weights().floats("v.class_embd"), width, 1);
      x = Ggml.ggml_concat(context, first, x, 1);
    }
    x = ops.add(x, ops.weights().floats(EncoderWeights.POSITIONS));
    int filling = rows - shape.positions();
    return filling == 0 ? x : Ggml.ggml_pad(context, x, 0, filling, 0, 0);
  }

  private Tensor block(Tensor x, Tensor mask, String name) {
    Tensor attended = attention(ops.norm(x, name + "ln1", shape.epsilon()), mask, name);
    x = ops.linear(x, attended, rows, name + "attn_out");
    Tensor h = ops.norm(x, name + "ln2", shape.epsilon());
    h = activate(ops.linear(h, rows, name + shape.firstFeedForward()));
    return ops.linear(x, h, rows, name + shape.secondFeedForward());
  }

  private Tensor attention(Tensor h, Tensor mask, String name) {
    int head = shape.headWidth();
    Tensor q = Ggml.ggml_permute(context, heads(ops.linear(h, rows, name + "attn_q")), 0, 2, 1, 3);
    Tensor k = Ggml.ggml_permute(context, heads(ops.linear(h, rows, name + "attn_k")), 0, 2, 1, 3);
    Tensor v = Ggml.ggml_permute(context, heads(ops.linear(h, rows, name + "attn_v")), 1, 2, 0, 3);
    Tensor scores = Ggml.ggml_mul_mat(context, k, Ggml.ggml_cont(context, q));
    float scale = (float) (1 / Math.sqrt(head));
    scores = Ggml.ggml_soft_max_ext(context, scores, mask, scale, 0);
    Tensor out = Ggml.ggml_mul_mat(context, Ggml.ggml_cont(context, v), scores);
    out = Ggml.ggml_cont(context, Ggml.ggml_permute(context, out, 0, 2, 1, 3));
    return Ggml.ggml_reshape_2d(context, out, shape.width(), rows);
  }

  private Tensor heads(Tensor x) {
    return Ggml.ggml_reshape_3d(context, x, shape.headWidth(), shape.heads(), rows);
  }

  private Tensor activate(Tensor x) {
    return switch (shape.activation()) {
      case QUICK_GELU -> Ggml.ggml_gelu_quick(context, x);
      case GELU -> Ggml.ggml_gelu(context, x);
      case SILU -> Ggml.ggml_silu(context, x);
    };
  }
}

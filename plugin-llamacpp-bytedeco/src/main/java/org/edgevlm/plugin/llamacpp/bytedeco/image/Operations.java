package org.edgevlm.plugin.llamacpp.bytedeco.image;

import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Context;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;

/**
 * The layers that towers and projectors are made of. Activations are {@code [width, rows]} in
 * ggml's order: a row of numbers for each patch.
 */
final class Operations {

  private final Context context;
  private final EncoderWeights weights;
  private final int lanes;
  private final int threads;

  /**
   * @param lanes numbers that our kernel for linear layers multiplies at a time, at most {@link
   *     Ggml#linearLanes}; 0 for ggml's kernels
   */
  Operations(Context context, EncoderWeights weights, int lanes, int threads) {
    this.context = context;
    this.weights = weights;
    this.lanes = lanes;
    this.threads = threads;
  }

  Context context() {
    return context;
  }

  EncoderWeights weights() {
    return weights;
  }

  /** {@code x Wᵀ + b} with the tensors {@code name.weight} and {@code name.bias}. */
  Tensor linear(Tensor x, int rows, String name) {
    return linear(null, x, rows, name);
  }

  /** {@code base + x Wᵀ + b}; a base of null is zero. */
  Tensor linear(Tensor base, Tensor x, int rows, String name) {
    Tensor matrix = weights.matrix(name + ".weight");
    Tensor bias = weights.floats(name + ".bias");
    if (lanes > 0 && weights.fitsKernel(name + ".weight")) {
      Tensor shape =
          base == null ? weights.unread(context, weights.outputs(name + ".weight"), rows) : base;
      return Ggml.linear(context, shape, matrix, x, bias, base != null, lanes, threads);
    }
    Tensor product = add(Ggml.ggml_mul_mat(context, matrix, x), bias);
    return base == null ? product : add(base, product);
  }

  /** Layer norm over the width, with {@code name.weight} and {@code name.bias}. */
  Tensor norm(Tensor x, String name, float epsilon) {
    Tensor scaled =
        Ggml.ggml_mul(
            context, Ggml.ggml_norm(context, x, epsilon), weights.floats(name + ".weight"));
    return add(scaled, weights.floats(name + ".bias"));
  }

  Tensor add(Tensor a, Tensor b) {
    return Ggml.ggml_add(context, a, b);
  }

  Tensor gelu(Tensor x) {
    return Ggml.ggml_gelu(context, x);
  }

  /** Rows {@code from} to the end of {@code [width, …]}, not copied. */
  Tensor rows(Tensor x, int width, int from, int count) {
    long row = (long) width * Float.BYTES;
    return Ggml.ggml_view_2d(context, x, width, count, row, from * row);
  }

  /**
   * A window of a grid of patches, not copied: {@code [width, side, side]} of every {@code
   * stride}-th patch, beginning with patch {@code first}.
   *
   * @param pitch patches from the beginning of one line of the grid to the next
   */
  Tensor window(Tensor grid, int width, int side, int stride, int pitch, int first) {
    long row = (long) width * Float.BYTES;
    return Ggml.ggml_view_3d(
        context, grid, width, side, side, stride * row, stride * pitch * row, first * row);
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.image;

import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Context;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape;

/**
 * From features of patches to rows that the language model reads: LLaVA 1.5's two linear layers
 * (Liu et al., 2023), MobileVLM's LDP (Chu et al., 2023) and MobileVLM V2's LDPv2 (Chu et al.,
 * 2024). GELU is computed in its tanh form, at most 5e-4 away from the exact one of PyTorch's
 * default.
 *
 * <p>Patches stay in rows ({@code [width, patches]}) throughout: pooling and depthwise convolution
 * add shifted windows of the grid.
 */
final class Projector {

  /** Tensors described, at most. */
  static final int TENSORS = 256;

  /** Of timm's LayerNormAct2d, which LDP's blocks use; not the tower's. */
  private static final float LDP_EPSILON = 1e-5f;

  private static final int TAPS = 9;

  private final VisionShape shape;
  private final Operations ops;
  private final Context context;

  Projector(VisionShape shape, Operations ops) {
    this.shape = shape;
    this.ops = ops;
    this.context = ops.context();
  }

  /** Takes {@code [width, patches]}, gives {@code [outputWidth, imageTokens]}. */
  Tensor project(Tensor features) {
    return switch (shape.projector()) {
      case MLP -> perceptron(features, "mm.0", "mm.2");
      case LDP -> {
        Tensor x = perceptron(features, "mm.model.mlp.1", "mm.model.mlp.3");
        x = ops.add(x, mobileBlock(x, "mm.model.mb_block.1.block.", shape.grid(), 1));
        yield mobileBlock(x, "mm.model.mb_block.2.block.", shape.grid(), 2);
      }
      case LDPV2 -> {
        Tensor x = pool(perceptron(features, "mm.model.mlp.0", "mm.model.mlp.2"));
        Tensor position = depthwise(x, "mm.model.peg.0.weight", shape.outputGrid(), 1);
        position = ops.add(position, ops.weights().floats("mm.model.peg.0.bias"));
        yield ops.add(x, position);
      }
    };
  }

  private Tensor perceptron(Tensor x, String first, String second) {
    int rows = shape.patches();
    return ops.linear(ops.gelu(ops.linear(x, rows, first)), rows, second);
  }

  /** The mean of each 2 × 2 patches; a last odd line is left out, as by PyTorch's avg_pool2d. */
  private Tensor pool(Tensor x) {
    int width = shape.outputWidth();
    int grid = shape.grid();
    int side = shape.outputGrid();
    Tensor top =
        ops.add(ops.window(x, width, side, 2, grid, 0), ops.window(x, width, side, 2, grid, 1));
    Tensor bottom =
        ops.add(
            ops.window(x, width, side, 2, grid, grid),
            ops.window(x, width, side, 2, grid, grid + 1));
    Tensor mean = Ggml.ggml_scale(context, ops.add(top, bottom), 0.25f);
    return Ggml.ggml_reshape_2d(context, mean, width, (long) side * side);
  }

  /**
   * MobileNetV3's inverted residual without expansion, as LDP configures it: depthwise 3 × 3, norm,
   * hard swish; squeeze and excitation with a hard sigmoid; 1 × 1, norm. The residual is added by
   * the caller.
   */
  private Tensor mobileBlock(Tensor x, String name, int grid, int stride) {
    x = depthwise(x, name + "0.0.weight", grid, stride);
    x = Ggml.ggml_hardswish(context, ops.norm(x, name + "0.1", LDP_EPSILON));
    Tensor mean = Ggml.ggml_mean(context, transposed(x));
    mean = Ggml.ggml_reshape_2d(context, mean, shape.outputWidth(), 1);
    Tensor squeezed = Ggml.ggml_relu(context, pointwise(mean, name + "1.fc1"));
    Tensor excited = Ggml.ggml_hardsigmoid(context, pointwise(squeezed, name + "1.fc2"));
    x = product(Ggml.ggml_mul(context, x, excited), name + "2.0.weight");
    return ops.norm(x, name + "2.1", LDP_EPSILON);
  }

  private Tensor pointwise(Tensor x, String name) {
    return ops.add(product(x, name + ".weight"), ops.weights().floats(name + ".bias"));
  }

  /** A 1 × 1 convolution, whose kernel has four dimensions or two. */
  private Tensor product(Tensor x, String name) {
    Tensor kernel = ops.weights().matrix(name);
    long[] ne = ops.weights().shape(name);
    if (ne[0] == 1 && ne[1] == 1) {
      kernel = Ggml.ggml_reshape_2d(context, kernel, ne[2], ne[3]);
    }
    return Ggml.ggml_mul_mat(context, kernel, x);
  }

  private Tensor transposed(Tensor x) {
    return Ggml.ggml_cont(context, Ggml.ggml_transpose(context, x));
  }

  /**
   * A depthwise 3 × 3 convolution with zeros around the grid: the sum over the kernel's taps of a
   * shifted window times the tap's weight of each channel. In memory each line is followed by one
   * patch of zeros, and zero patches stand before the first and after the last line, so that every
   * shift stays inside.
   */
  private Tensor depthwise(Tensor x, String name, int grid, int stride) {
    int width = shape.outputWidth();
    int pitch = grid + 1;
    Tensor lines = Ggml.ggml_reshape_3d(context, x, width, grid, grid);
    lines = Ggml.ggml_pad(context, lines, 0, 1, 2, 0);
    lines = Ggml.ggml_reshape_2d(context, lines, width, (long) pitch * (grid + 2));
    int before = pitch + 1;
    Tensor zeros = ops.rows(lines, width, grid * pitch, before);
    Tensor space = Ggml.ggml_concat(context, zeros, lines, 1);

    Tensor kernel = Ggml.ggml_reshape_2d(context, ops.weights().floats(name), TAPS, width);
    Tensor taps = transposed(kernel);
    int side = (grid - 1) / stride + 1;
    Tensor sum = null;
    for (int tap = 0; tap < TAPS; tap++) {
      int shift = (tap / 3 - 1) * pitch + tap % 3 - 1;
      Tensor term =
          Ggml.ggml_mul(
              context,
              ops.window(space, width, side, stride, pitch, before + shift),
              ops.rows(taps, width, tap, 1));
      sum = sum == null ? term : ops.add(sum, term);
    }
    return Ggml.ggml_reshape_2d(context, sum, width, (long) side * side);
  }
}

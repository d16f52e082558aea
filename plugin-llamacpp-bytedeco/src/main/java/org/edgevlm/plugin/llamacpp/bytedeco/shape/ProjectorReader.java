package org.edgevlm.plugin.llamacpp.bytedeco.shape;

import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufTensor;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape.Projector;

/**
 * Checks a projector's tensors, named as in llama.cpp's {@code clip.cpp}. Kernels of convolutions
 * are accepted with and without the dimension of 1 that llama.cpp's converter squeezes away: depth-
 * wise ones as [3, 3, width] or [3, 3, 1, width], point-wise ones as [in, out] or [1, 1, in, out].
 */
final class ProjectorReader {

  private static final int WIDEST = 1 << 17;

  private final GgufFile file;
  private final Checks checks;
  private final Projector type;
  private final int width;
  private final int grid;
  private int hidden;
  private int output;

  ProjectorReader(GgufFile file, Checks checks, Projector type, int width, int grid) {
    this.file = file;
    this.checks = checks;
    this.type = type;
    this.width = width;
    this.grid = grid;
  }

  Projector type() {
    return type;
  }

  int hidden() {
    return hidden;
  }

  int output() {
    return output;
  }

  void check() {
    switch (type) {
      case MLP -> {
        for (int extra : new int[] {1, 3, 4}) {
          if (file.tensor("mm." + extra + ".weight").isPresent()) {
            throw file.error(
                "tensor 'mm."
                    + extra
                    + ".weight' belongs to a projector with norms; the engine runs mlp as in LLaVA"
                    + " 1.5, mm.0 and mm.2");
          }
        }
        mlp("mm.0", "mm.2");
      }
      case LDP -> {
        mlp("mm.model.mlp.1", "mm.model.mlp.3");
        block("mm.model.mb_block.1.block.");
        block("mm.model.mb_block.2.block.");
      }
      case LDPV2 -> {
        if (grid < 2) {
          throw file.error(
              "ldpv2 pools 2 x 2 patches, but the picture has " + grid + " a side; at least 2");
        }
        mlp("mm.model.mlp.0", "mm.model.mlp.2");
        depthWise("mm.model.peg.0.weight");
        checks.vector("mm.model.peg.0.bias", output);
      }
    }
  }

  private void mlp(String first, String second) {
    hidden = rows(first + ".weight");
    checks.matrix(first + ".weight", width, hidden);
    checks.vector(first + ".bias", hidden);
    output = rows(second + ".weight");
    checks.matrix(second + ".weight", hidden, output);
    checks.vector(second + ".bias", output);
  }

  private void block(String block) {
    depthWise(block + "0.0.weight");
    checks.vector(block + "0.1.weight", output);
    checks.vector(block + "0.1.bias", output);
    int squeezed = rows(block + "1.fc1.weight");
    pointWise(block + "1.fc1.weight", output, squeezed);
    checks.vector(block + "1.fc1.bias", squeezed);
    pointWise(block + "1.fc2.weight", squeezed, output);
    checks.vector(block + "1.fc2.bias", output);
    pointWise(block + "2.0.weight", output, output);
    checks.vector(block + "2.1.weight", output);
    checks.vector(block + "2.1.bias", output);
  }

  private void depthWise(String name) {
    checks.typed(
        checks.shaped(name, new long[] {3, 3, 1, output}, new long[] {3, 3, output}),
        Checks.KERNELS);
  }

  private void pointWise(String name, int in, int out) {
    GgufTensor tensor = checks.shaped(name, new long[] {in, out}, new long[] {1, 1, in, out});
    if (tensor.ne(0) == in && tensor.hasShape(in, out)) {
      checks.matrix(name, in, out);
    } else {
      checks.typed(tensor, Checks.FLOATS);
    }
  }

  /** The outputs of a matrix or point-wise convolution: its last dimension. */
  private int rows(String name) {
    GgufTensor tensor = file.requireTensor(name);
    long rows = tensor.ne(tensor.dimensions() - 1);
    if (rows > WIDEST) {
      throw file.error("tensor '" + name + "' has " + rows + " rows; at most " + WIDEST);
    }
    return (int) rows;
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.image;

import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufTensor;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape;
import org.edgevlm.spi.inference.MemoryEstimate;

/** What an encoder takes, from the shapes alone. */
final class EncoderMemory {

  private EncoderMemory() {}

  /** An upper bound: all tensors of the file count, though a block may go unused. */
  static MemoryEstimate estimate(GgufFile file, VisionShape shape, ImageWeights choice) {
    long weights = 0;
    for (GgufTensor t : file.tensors().values()) {
      weights += EncoderWeights.bytes(t, choice);
    }
    return new MemoryEstimate(weights, 0, compute(shape));
  }

  /**
   * An upper bound of intermediate results, mask, kernels' scratch and one image's embedding.
   * Tensors that are alive at the same time are added up; of the stages, the largest counts.
   */
  static long compute(VisionShape shape) {
    long rows = VisionTower.rows(shape);
    long narrow = rows * shape.width();
    long wide = rows * shape.feedForward();
    long scores = rows * rows * shape.heads();
    long patches = shape.patches();
    long area = 3L * shape.patchSize() * shape.patchSize();
    long output = (shape.grid() + 2L) * (shape.grid() + 2L) * shape.outputWidth();

    long embedding = patches * area + 4 * narrow + shape.width() * area;
    long attention = 8 * narrow + 2 * scores;
    long feedForward = 3 * narrow + 2 * wide;
    long projector = narrow + 2 * patches * shape.projectorHidden() + 6 * output;
    long stages = max(embedding, attention, feedForward, projector);

    long scratch = max(patches * area, wide, narrow, patches * shape.projectorHidden()) + rows * 64;
    long mask = VisionTower.filled(shape) ? rows * rows : 0;
    long image = (long) shape.imageTokens() * shape.outputWidth();
    return (stages + scratch + mask + image) * Float.BYTES;
  }

  /** Bytes of the largest result of a linear layer. */
  static long largest(VisionShape shape) {
    long widest =
        max(shape.width(), shape.feedForward(), shape.projectorHidden(), shape.outputWidth());
    return Math.max(VisionTower.rows(shape), shape.patches()) * widest * Float.BYTES;
  }

  private static long max(long a, long b, long c, long d) {
    return Math.max(Math.max(a, b), Math.max(c, d));
  }
}

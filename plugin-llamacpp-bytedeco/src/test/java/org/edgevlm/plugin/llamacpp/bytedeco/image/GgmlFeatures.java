package org.edgevlm.plugin.llamacpp.bytedeco.image;

import java.nio.FloatBuffer;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Allocator;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Graph;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.vision.ImageTensor;

/** What {@link VisionTower} makes of an image, without a projector. */
final class GgmlFeatures {

  private GgmlFeatures() {}

  /** The tower alone, copied out of the graph. */
  static FloatBuffer of(GgufFile file, VisionShape shape, ImageTensor pixels) {
    int rows = VisionTower.rows(shape);
    try (Compute compute = new Compute(2);
        EncoderWeights weights = new EncoderWeights(file, shape, ImageWeights.FILE);
        Graph graph = new Graph(1024);
        Allocator allocator = new Allocator()) {
      int side = shape.imageSize();
      Tensor input =
          graph.input(Ggml.ggml_new_tensor_4d(graph.context(), Ggml.TYPE_F32, side, side, 3, 1));
      Tensor mask =
          VisionTower.filled(shape)
              ? graph.input(Ggml.ggml_new_tensor_2d(graph.context(), Ggml.TYPE_F32, rows, rows))
              : null;
      Operations ops = new Operations(graph.context(), weights, Ggml.linearLanes(), 2);
      VisionTower tower = new VisionTower(shape, ops);
      Tensor features = graph.output(Ggml.ggml_cont(graph.context(), tower.features(input, mask)));
      allocator.allocate(graph);
      weights.load(compute, LoadProgress.NONE);
      Graph.memory(input, 3L * side * side * Float.BYTES).asFloatBuffer().put(pixels.data());
      if (mask != null) {
        FloatBuffer values = Graph.memory(mask, 4L * rows * rows).asFloatBuffer();
        for (int i = 0; i < rows * rows; i++) {
          values.put(i, i % rows < shape.positions() ? 0 : Float.NEGATIVE_INFINITY);
        }
      }
      compute.run(graph);
      int count = shape.patches() * shape.width();
      FloatBuffer copy = FloatBuffer.allocate(count);
      copy.put(0, Graph.memory(features, 4L * count).asFloatBuffer(), 0, count);
      return copy;
    }
  }
}

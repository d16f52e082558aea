package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.nio.ShortBuffer;
import java.util.Arrays;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Graph;

/**
 * Which entries each query of a step sees: all that were there before, and of the step's own those
 * up to itself. Half precision, {@code [padded entries, queries]}: 0 or minus infinity.
 */
final class Mask {

  /** ggml wants rows in multiples of this. */
  private static final int ROWS = 64;

  final int padded;

  /** Entries before the step. */
  int length;

  private final Graph graph;
  private final int queries;
  private Tensor tensor;
  private final short[] hidden;
  private final short[] visible;
  private ShortBuffer memory;

  Mask(Graph graph, int length, int padded, int queries) {
    this.length = length;
    this.padded = padded;
    this.queries = queries;
    this.graph = graph;
    hidden = new short[padded];
    Arrays.fill(hidden, HalfFloats.MINUS_INFINITY);
    visible = new short[padded];
  }

  /** The mask as an input of the graph; attention that counts entries does without. */
  Tensor tensor() {
    if (tensor == null) {
      int rows = (queries + ROWS - 1) / ROWS * ROWS;
      tensor = graph.input(Ggml.ggml_new_tensor_2d(graph.context(), Ggml.TYPE_F16, padded, rows));
    }
    return tensor;
  }

  void allocated() {
    if (tensor == null) {
      return;
    }
    memory = Graph.memory(tensor, (long) padded * queries * Short.BYTES).asShortBuffer();
  }

  void fill() {
    if (memory == null) {
      return;
    }
    for (int q = 0; q < queries; q++) {
      int seen = length + q + 1;
      memory.put(q * padded, visible, 0, seen);
      memory.put(q * padded + seen, hidden, 0, padded - seen);
    }
  }
}

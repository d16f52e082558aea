package org.edgevlm.plugin.llamacpp.bytedeco.ggml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.FloatBuffer;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Context;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;
import org.junit.jupiter.api.Test;

/** Graphs that follow each other in one allocator's memory. */
class AllocatorTest {

  private static final int WIDTH = 64;
  private static final int STEPS = 6;

  /**
   * A sum of rows that are alternately in the graph's own memory and in a region: as many tensors
   * in each graph, but other ones have a place of their own. ggml's allocator took the second for
   * the first and left tensors without a place, which ended the process.
   */
  private static float sum(Compute compute, Allocator allocator, Region region, int placed) {
    try (Graph graph = new Graph(64)) {
      Context c = graph.context();
      Tensor[] rows = new Tensor[STEPS];
      Tensor total = null;
      for (int i = 0; i < STEPS; i++) {
        rows[i] = Ggml.ggml_new_tensor_1d(c, Ggml.TYPE_F32, WIDTH);
        if ((placed >> i & 1) == 1) {
          region.place(rows[i], (long) i * WIDTH * Float.BYTES);
        } else {
          graph.input(rows[i]);
        }
        total = total == null ? rows[i] : Ggml.ggml_add(c, total, rows[i]);
      }
      graph.output(total);
      allocator.allocate(graph);
      for (int i = 0; i < STEPS; i++) {
        FloatBuffer row = Graph.memory(rows[i], WIDTH * Float.BYTES).asFloatBuffer();
        for (int j = 0; j < WIDTH; j++) {
          row.put(j, (i + 1) * (j + 1));
        }
      }
      compute.run(graph);
      return Graph.memory(total, WIDTH * Float.BYTES).asFloatBuffer().get(WIDTH - 1);
    }
  }

  @Test
  void graphsOfOneSizeMayPlaceOtherTensors() {
    try (Compute compute = new Compute(1);
        Allocator allocator = new Allocator();
        Region region = Region.reserve(STEPS * WIDTH * Float.BYTES)) {
      float expected = WIDTH * STEPS * (STEPS + 1) / 2f;
      for (int placed : new int[] {0b111111, 0b101010, 0b010101, 0b000001, 0b011110, 0, 0b110}) {
        assertEquals(expected, sum(compute, allocator, region, placed), "placed " + placed);
      }
    }
  }
}

package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Graph;

/**
 * A step's graph with its inputs, through all layers or some of them. It can be run again for a
 * later step of the same size as long as {@link #fits} says so: then only the places of the new K
 * and V rows, the masks and the input change, which takes one native call besides the computation
 * and no memory.
 */
final class StepGraph implements AutoCloseable {

  private final Graph graph;
  private final SessionCache cache;
  private final int count;
  private final int first;
  private final int end;

  /** One for each distinct length among the layers. */
  private final List<Mask> masks = new ArrayList<>();

  private final Mask[] maskOfLayer;

  /** Of each layer, whether its attention is the one over packed entries. */
  private final boolean[] packed;

  /**
   * Pairs of (tensor, address): where each layer's new K, then its new V, are written; then the
   * hidden states that are read and written in place.
   */
  private final LongBuffer places;

  private int hidden;

  private Tensor input;
  private Tensor positions;
  private ByteBuffer inputMemory;
  private IntBuffer positionMemory;

  /** All layers. */
  StepGraph(Graph graph, SessionCache cache, int count) {
    this(graph, cache, count, 0, cache.layers());
  }

  /** The layers from one to before another. */
  StepGraph(Graph graph, SessionCache cache, int count, int first, int end) {
    this.graph = graph;
    this.cache = cache;
    this.count = count;
    this.first = first;
    this.end = end;
    maskOfLayer = new Mask[end - first];
    packed = new boolean[end - first];
    for (int layer = first; layer < end; layer++) {
      packed[layer - first] = cache.layer(layer).packed() != null;
    }
    places =
        ByteBuffer.allocateDirect(4 * Long.BYTES * (end - first + 1))
            .order(ByteOrder.nativeOrder())
            .asLongBuffer();
  }

  Graph graph() {
    return graph;
  }

  SessionCache cache() {
    return cache;
  }

  int count() {
    return count;
  }

  int first() {
    return first;
  }

  int end() {
    return end;
  }

  /**
   * Names the inputs.
   *
   * @param newInput tokens or rows; null where hidden states are read in place
   */
  void inputs(Tensor newInput, Tensor newPositions) {
    input = newInput;
    positions = newPositions;
  }

  /** A tensor of hidden states whose address is given with each run; at most two. */
  void hidden(Tensor tensor) {
    places.put(4 * maskOfLayer.length + 2 * hidden, tensor.address());
    hidden++;
  }

  void writesKeys(int layer, Tensor copy) {
    places.put(4 * (layer - first), copy.address());
  }

  void writesValues(int layer, Tensor copy) {
    places.put(4 * (layer - first) + 2, copy.address());
  }

  /** The mask for a layer, shared with the layers of the same length. */
  Mask mask(int layer, int padded) {
    int length = cache.layer(layer).rows();
    for (Mask mask : masks) {
      if (mask.length == length) {
        maskOfLayer[layer - first] = mask;
        return mask;
      }
    }
    Mask mask = new Mask(graph, length, padded, count);
    masks.add(mask);
    maskOfLayer[layer - first] = mask;
    return mask;
  }

  /** Called when the graph's tensors have their places. */
  void allocated() {
    if (input != null) {
      inputMemory = Graph.memory(input, Ggml.bytes(input));
    }
    if (positions != null) {
      positionMemory = Graph.memory(positions, (long) count * Integer.BYTES).asIntBuffer();
    }
    for (Mask mask : masks) {
      mask.allocated();
    }
  }

  /** Whether the graph serves a step at the lengths that the layers have now. */
  boolean fits() {
    for (Mask mask : masks) {
      mask.length = -1;
    }
    for (int layer = first; layer < end; layer++) {
      Mask mask = maskOfLayer[layer - first];
      LayerCache rows = cache.layer(layer);
      int length = rows.rows();
      if (mask.length < 0) {
        mask.length = length;
      }
      if (mask.length != length
          || SessionCache.padded(length + count) != mask.padded
          || (rows.packed() != null) != packed[layer - first]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Runs the step for hidden states, or for tokens whose hidden states are kept.
   *
   * @param address of the first row
   */
  void runHidden(Compute compute, int firstPosition, long address) {
    for (int i = 0; i < hidden; i++) {
      places.put(4 * maskOfLayer.length + 2 * i + 1, address);
    }
    run(compute, firstPosition);
  }

  /** Sets the token of a step of one. */
  void token(int token) {
    inputMemory.putInt(0, token);
  }

  /** Runs the step for tokens. */
  void run(Compute compute, int firstPosition, int[] tokens, int offset) {
    IntBuffer ids = inputMemory.asIntBuffer();
    ids.put(0, tokens, offset, count);
    run(compute, firstPosition);
  }

  /** Runs the step for rows of an image. */
  void run(Compute compute, int firstPosition, FloatBuffer rows, int firstFloat, int floats) {
    inputMemory.asFloatBuffer().put(0, rows, firstFloat, floats);
    run(compute, firstPosition);
  }

  private void run(Compute compute, int firstPosition) {
    if (positionMemory != null) {
      for (int i = 0; i < count; i++) {
        positionMemory.put(i, firstPosition + i);
      }
    }
    for (Mask mask : masks) {
      mask.fill();
    }
    long base = cache.region().address();
    for (int layer = first; layer < end; layer++) {
      LayerCache rows = cache.layer(layer);
      places.put(4 * (layer - first) + 1, base + rows.nextKeys());
      places.put(4 * (layer - first) + 3, base + rows.nextValues());
      if (rows.attention() != null && maskOfLayer[layer - first] != null) {
        rows.attention().begin(firstPosition, count, rows.length());
      }
      if (rows.packed() != null) {
        rows.packed().begin(rows.length());
      }
    }
    Ggml.relocate(places, 2 * maskOfLayer.length + hidden);
    compute.run(graph);
  }

  @Override
  public void close() {
    graph.close();
  }
}

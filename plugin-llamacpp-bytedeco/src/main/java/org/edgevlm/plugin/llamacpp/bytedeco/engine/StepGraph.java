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
 * A step's graph with its inputs. It can be run again for a later step of the same size as long as
 * {@link #fits} says so: then only the places of the new K and V rows, the masks and the input
 * change, which takes one native call besides the computation and no memory.
 */
final class StepGraph implements AutoCloseable {

  private final Graph graph;
  private final SessionCache cache;
  private final int count;

  /** One for each distinct length among the layers. */
  private final List<Mask> masks = new ArrayList<>();

  private final Mask[] maskOfLayer;

  /** Pairs of (tensor, address): where each layer's new K, then its new V, are written. */
  private final LongBuffer places;

  private Tensor input;
  private Tensor positions;
  private ByteBuffer inputMemory;
  private IntBuffer positionMemory;

  StepGraph(Graph graph, SessionCache cache, int count) {
    this.graph = graph;
    this.cache = cache;
    this.count = count;
    maskOfLayer = new Mask[cache.layers()];
    places =
        ByteBuffer.allocateDirect(4 * Long.BYTES * cache.layers())
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

  void inputs(Tensor newInput, Tensor newPositions) {
    input = newInput;
    positions = newPositions;
  }

  void writesKeys(int layer, Tensor copy) {
    places.put(4 * layer, copy.address());
  }

  void writesValues(int layer, Tensor copy) {
    places.put(4 * layer + 2, copy.address());
  }

  /** The mask for a layer, shared with the layers of the same length. */
  Tensor mask(int layer, int padded) {
    int length = cache.layer(layer).length();
    for (Mask mask : masks) {
      if (mask.length == length) {
        maskOfLayer[layer] = mask;
        return mask.tensor;
      }
    }
    Mask mask = new Mask(graph, length, padded, count);
    masks.add(mask);
    maskOfLayer[layer] = mask;
    return mask.tensor;
  }

  /** Called when the graph's tensors have their places. */
  void allocated() {
    inputMemory = Graph.memory(input, Ggml.bytes(input));
    positionMemory = Graph.memory(positions, (long) count * Integer.BYTES).asIntBuffer();
    for (Mask mask : masks) {
      mask.allocated();
    }
  }

  /** Whether the graph serves a step at the lengths that the layers have now. */
  boolean fits() {
    for (Mask mask : masks) {
      mask.length = -1;
    }
    for (int layer = 0; layer < maskOfLayer.length; layer++) {
      Mask mask = maskOfLayer[layer];
      int length = cache.layer(layer).length();
      if (mask.length < 0) {
        mask.length = length;
      }
      if (mask.length != length || SessionCache.padded(length + count) != mask.padded) {
        return false;
      }
    }
    return true;
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
    for (int i = 0; i < count; i++) {
      positionMemory.put(i, firstPosition + i);
    }
    for (Mask mask : masks) {
      mask.fill();
    }
    long base = cache.region().address();
    for (int layer = 0; layer < maskOfLayer.length; layer++) {
      LayerCache rows = cache.layer(layer);
      long row = rows.length() * rows.rowBytes();
      places.put(4 * layer + 1, base + rows.keysOffset() + row);
      places.put(4 * layer + 3, base + rows.valuesOffset() + row);
      if (rows.attention() != null) {
        rows.attention().begin(firstPosition, count);
      }
    }
    Ggml.relocate(places, 2 * maskOfLayer.length);
    compute.run(graph);
  }

  @Override
  public void close() {
    graph.close();
  }
}

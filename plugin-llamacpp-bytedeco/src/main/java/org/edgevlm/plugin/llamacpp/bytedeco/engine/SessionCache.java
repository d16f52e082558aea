package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.util.Objects;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.LlamaShape;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.KvCache;

/** A session's K and V: a {@link LayerCache} for every layer, in one reserved region. */
final class SessionCache implements KvCache, AutoCloseable {

  /**
   * Attention runs over a multiple of this many entries, those beyond the last one masked, so that
   * a graph serves several steps.
   */
  static final int STRIDE = 64;

  private final Region region;
  private final LayerCache[] layers;

  /** What the layers' attention sums are made in, one layer after the other; null without sums. */
  private final Region scratch;

  private final int rowWidth;
  private boolean closed;

  SessionCache(LlamaShape shape, int capacity, AttentionTracking tracking, int threads) {
    rowWidth = shape.kvHeads() * shape.headWidth();
    long rowBytes = (long) rowWidth * Short.BYTES;
    int rows = padded(capacity);
    long tensorBytes = Region.pages(rows * rowBytes);
    region = Region.reserve(2L * shape.layers() * tensorBytes);
    scratch =
        tracking.enabled()
            ? Region.reserve(AttentionRecorder.scratchBytes(shape.heads(), threads, rows))
            : null;
    layers = new LayerCache[shape.layers()];
    for (int i = 0; i < layers.length; i++) {
      AttentionRecorder recorder =
          tracking.enabled() ? new AttentionRecorder(tracking, rows, scratch.address()) : null;
      layers[i] =
          new LayerCache(
              region, 2L * i * tensorBytes, (2L * i + 1) * tensorBytes, rowBytes, recorder);
    }
  }

  /** A number of entries rounded up to what attention runs over. */
  static int padded(int entries) {
    return (entries + STRIDE - 1) / STRIDE * STRIDE;
  }

  Region region() {
    return region;
  }

  LayerCache layer(int layer) {
    return layers[Objects.checkIndex(layer, layers.length)];
  }

  /** Notes entries of all layers. */
  void append(int firstPosition, int count, boolean image) {
    for (LayerCache layer : layers) {
      layer.append(firstPosition, count, image);
    }
  }

  /** Notes tokens' entries of the layers from one to before another. */
  void append(int firstLayer, int endLayer, int firstPosition, int count) {
    for (int layer = firstLayer; layer < endLayer; layer++) {
      layers[layer].append(firstPosition, count, false);
    }
  }

  void rewind(int position) {
    for (LayerCache layer : layers) {
      layer.rewind(position);
    }
  }

  @Override
  public int layers() {
    return layers.length;
  }

  @Override
  public int length(int layer) {
    return layer(layer).length();
  }

  @Override
  public int position(int layer, int entry) {
    return checked(layer, entry).position(entry);
  }

  @Override
  public boolean isImage(int layer, int entry) {
    return checked(layer, entry).isImage(entry);
  }

  @Override
  public void accumulatedAttention(int layer, float[] destination) {
    recorder(layer, destination).accumulated(layers[layer].length(), destination);
  }

  @Override
  public void recentAttention(int layer, float[] destination) {
    recorder(layer, destination).recent(layers[layer].length(), destination);
  }

  @Override
  public void keys(int layer, int entry, float[] destination) {
    requireRoom(destination, rowWidth);
    checked(layer, entry).readKeys(entry, destination);
  }

  @Override
  public void values(int layer, int entry, float[] destination) {
    requireRoom(destination, rowWidth);
    checked(layer, entry).readValues(entry, destination);
  }

  @Override
  public void retain(int layer, int[] entries, int count) {
    requireOpen();
    layer(layer).retain(entries, count);
  }

  @Override
  public long bytes(int layer) {
    return layer(layer).bytes();
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public long bytes(int layer, int entries) {
    return layer(layer).bytes(entries);
  }

  @Override
  public int rowWidth() {
    return rowWidth;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
  }

  private LayerCache checked(int layer, int entry) {
    requireOpen();
    LayerCache cache = layer(layer);
    if (entry < 0 || entry >= cache.length()) {
      throw new IndexOutOfBoundsException(
          "entry " + entry + " of layer " + layer + ", which has " + cache.length());
    }
    return cache;
  }

  private AttentionRecorder recorder(int layer, float[] destination) {
    requireOpen();
    AttentionRecorder recorder = layer(layer).attention();
    if (recorder == null) {
      throw new IllegalStateException("this session doesn't track attention");
    }
    requireRoom(destination, layers[layer].length());
    return recorder;
  }

  private static void requireRoom(float[] destination, int needed) {
    if (destination.length < needed) {
      throw new IllegalArgumentException(
          "the destination has room for " + destination.length + " values, not " + needed);
    }
  }

  @Override
  public void close() {
    closed = true;
    for (LayerCache layer : layers) {
      if (layer.attention() != null) {
        layer.attention().close();
      }
    }
    if (scratch != null) {
      scratch.close();
    }
    region.close();
  }
}

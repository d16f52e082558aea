package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.util.Objects;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.LlamaShape;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.KvCompression;

/**
 * A session's K and V: a {@link LayerCache} for every layer, in one reserved region. The region's
 * first half has the layers' rows one layer after the other; its second half the rows of layers
 * with packed entries, one row of all layers after the other.
 */
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

  private final LlamaShape shape;
  private final int capacity;
  private final int threads;
  private final int rowWidth;

  /** Where the shared rows begin. */
  private final long sharedOffset;

  private final long sharedStride;

  /** Bytes of the pages that shared rows hold. */
  private long sharedBytes;

  /** Null until entries are packed. */
  private PackedCache packed;

  private boolean closed;

  SessionCache(LlamaShape shape, int capacity, AttentionTracking tracking, int threads) {
    this.shape = shape;
    this.threads = threads;
    this.capacity = capacity;
    rowWidth = shape.kvWidth();
    long rowBytes = (long) rowWidth * Short.BYTES;
    int rows = padded(capacity);
    long tensorBytes = Region.pages(rows * rowBytes);
    sharedOffset = 2L * shape.layers() * tensorBytes;
    sharedStride = 2L * shape.layers() * rowBytes;
    region = Region.reserve(sharedOffset + rows * sharedStride);
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
    shareRows();
  }

  /** Notes tokens' entries of the layers from one to before another. */
  void append(int firstLayer, int endLayer, int firstPosition, int count) {
    for (int layer = firstLayer; layer < endLayer; layer++) {
      layers[layer].append(firstPosition, count, false);
    }
    shareRows();
  }

  void rewind(int position) {
    for (LayerCache layer : layers) {
      layer.rewind(position);
    }
    tidy();
  }

  /** Whether entries of a layer are packed, or were. */
  boolean isPacked() {
    return packed != null;
  }

  /** Counts the pages of the rows that layers share. */
  private void shareRows() {
    if (packed != null) {
      sharedBytes = Math.max(sharedBytes, sharedNeeded());
    }
  }

  private long sharedNeeded() {
    int rows = 0;
    for (LayerCache layer : layers) {
      if (layer.packed() != null) {
        rows = Math.max(rows, layer.rows());
      }
    }
    return Region.pages(rows * sharedStride);
  }

  /** What packed layers share; null until entries are packed. */
  PackedCache packedCache() {
    return packed;
  }

  /** Gives back what packed layers don't need any more. */
  private void tidy() {
    if (packed != null) {
      packed.arena().tidy();
      long needed = sharedNeeded();
      region.discard(sharedOffset + needed, sharedBytes - needed);
      sharedBytes = needed;
    }
  }

  @Override
  public int compressed(int layer) {
    return layer(layer).packedRows();
  }

  @Override
  public void compress(int layer, int end, KvCompression compression) {
    requireOpen();
    LayerCache cache = layer(layer);
    Objects.requireNonNull(compression, "compression");
    int count = cache.packable(end);
    if (count < PackedLayer.LEAST) {
      return;
    }
    if (packed == null) {
      packed = new PackedCache(shape, padded(capacity), threads);
    }
    long firstRow = sharedOffset + 2L * layer * cache.rowBytes();
    cache.pack(count, compression, packed, firstRow, sharedStride);
    shareRows();
    tidy();
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
    tidy();
  }

  @Override
  public long bytes(int layer) {
    return layer(layer).bytes();
  }

  @Override
  public long bytes() {
    long bytes = packed == null ? 0 : packed.arena().bytes() + sharedBytes;
    for (LayerCache layer : layers) {
      bytes += layer.ownBytes();
    }
    return bytes;
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
      layer.close();
    }
    if (packed != null) {
      packed.close();
    }
    if (scratch != null) {
      scratch.close();
    }
    region.close();
  }
}

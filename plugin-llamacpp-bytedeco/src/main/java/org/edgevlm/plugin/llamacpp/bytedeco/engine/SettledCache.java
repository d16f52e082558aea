package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import org.edgevlm.spi.cache.KvCache;

/** A session's cache as others see it: before they look, K and V that are lacking are made. */
final class SettledCache implements KvCache {

  private final SessionCache cache;
  private final ExitingStep exits;

  SettledCache(SessionCache cache, ExitingStep exits) {
    this.cache = cache;
    this.exits = exits;
  }

  private SessionCache settled() {
    if (!cache.isClosed()) {
      exits.settle();
    }
    return cache;
  }

  @Override
  public int layers() {
    return cache.layers();
  }

  @Override
  public int length(int layer) {
    return settled().length(layer);
  }

  @Override
  public int position(int layer, int entry) {
    return settled().position(layer, entry);
  }

  @Override
  public boolean isImage(int layer, int entry) {
    return settled().isImage(layer, entry);
  }

  @Override
  public void accumulatedAttention(int layer, float[] destination) {
    settled().accumulatedAttention(layer, destination);
  }

  @Override
  public void recentAttention(int layer, float[] destination) {
    settled().recentAttention(layer, destination);
  }

  @Override
  public void keys(int layer, int entry, float[] destination) {
    settled().keys(layer, entry, destination);
  }

  @Override
  public void values(int layer, int entry, float[] destination) {
    settled().values(layer, entry, destination);
  }

  @Override
  public void retain(int layer, int[] entries, int count) {
    settled().retain(layer, entries, count);
  }

  @Override
  public long bytes(int layer) {
    return settled().bytes(layer);
  }

  @Override
  public long bytes(int layer, int entries) {
    return cache.bytes(layer, entries);
  }

  @Override
  public int rowWidth() {
    return cache.rowWidth();
  }
}

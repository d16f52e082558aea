package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.KvCompression;

/**
 * A session's cache as others see it: K and V that are lacking are made when somebody looks at
 * them. How many entries there are, and what they take, is said without.
 */
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

  /** Entries that wait for their K and V among them. */
  @Override
  public int length(int layer) {
    return cache.length(layer) + exits.lacking(layer);
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
  public int compressed(int layer) {
    return cache.compressed(layer);
  }

  @Override
  public void compress(int layer, int end, KvCompression compression) {
    settled().compress(layer, end, compression);
  }

  @Override
  public long bytes(int layer) {
    return cache.bytes(layer);
  }

  @Override
  public long bytes() {
    return cache.bytes();
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

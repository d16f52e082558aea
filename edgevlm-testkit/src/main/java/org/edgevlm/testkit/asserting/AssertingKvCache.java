package org.edgevlm.testkit.asserting;

import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.KvCompression;

/** A cache as a policy may see it: to be read, and in {@code isDue} not its numbers. */
final class AssertingKvCache implements KvCache {

  private final KvCache delegate;
  private final Lifetime policy;
  private final boolean cheap;

  AssertingKvCache(KvCache delegate, Lifetime policy, boolean cheap) {
    this.delegate = delegate;
    this.policy = policy;
    this.cheap = cheap;
  }

  @Override
  public int layers() {
    return delegate.layers();
  }

  @Override
  public int length(int layer) {
    return delegate.length(layer);
  }

  @Override
  public int position(int layer, int entry) {
    return delegate.position(layer, entry);
  }

  @Override
  public boolean isImage(int layer, int entry) {
    return delegate.isImage(layer, entry);
  }

  private void expensive(String what) {
    policy.violations().check(!cheap, Promise.IS_DUE_IS_CHEAP, "isDue reads " + what);
  }

  @Override
  public void accumulatedAttention(int layer, float[] destination) {
    expensive("accumulatedAttention");
    delegate.accumulatedAttention(layer, destination);
  }

  @Override
  public void recentAttention(int layer, float[] destination) {
    expensive("recentAttention");
    delegate.recentAttention(layer, destination);
  }

  @Override
  public void keys(int layer, int entry, float[] destination) {
    expensive("keys");
    delegate.keys(layer, entry, destination);
  }

  @Override
  public void values(int layer, int entry, float[] destination) {
    expensive("values");
    delegate.values(layer, entry, destination);
  }

  @Override
  public void retain(int layer, int[] entries, int count) {
    policy.violations().report(Promise.POLICIES_ONLY_PLAN, "a policy calls retain");
    delegate.retain(layer, entries, count);
  }

  @Override
  public int compressed(int layer) {
    return delegate.compressed(layer);
  }

  @Override
  public void compress(int layer, int end, KvCompression compression) {
    policy.violations().report(Promise.POLICIES_ONLY_PLAN, "a policy calls compress");
    delegate.compress(layer, end, compression);
  }

  @Override
  public long bytes(int layer) {
    return delegate.bytes(layer);
  }

  @Override
  public long bytes(int layer, int entries) {
    return delegate.bytes(layer, entries);
  }

  @Override
  public int rowWidth() {
    return delegate.rowWidth();
  }
}

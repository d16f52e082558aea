package org.edgevlm.spi.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KvCompressionTest {

  private static final KvCompression FOUR = new KvCompression(4, 2, 0.02);

  /** Notes what is asked of it. */
  private static final class NotingCache implements KvCache {
    private final PlainCache entries;
    private final List<String> notes = new ArrayList<>();
    private int compressed;

    NotingCache(int length) {
      entries = new PlainCache(1, length, 0, 0, 1);
    }

    @Override
    public int compressed(int layer) {
      return compressed;
    }

    @Override
    public void compress(int layer, int end, KvCompression compression) {
      notes.add(compressed + " to " + end + " of " + length(layer));
      compressed = end;
    }

    @Override
    public int layers() {
      return entries.layers();
    }

    @Override
    public int length(int layer) {
      return entries.length(layer);
    }

    @Override
    public int position(int layer, int entry) {
      return entries.position(layer, entry);
    }

    @Override
    public boolean isImage(int layer, int entry) {
      return entries.isImage(layer, entry);
    }

    @Override
    public void accumulatedAttention(int layer, float[] destination) {
      entries.accumulatedAttention(layer, destination);
    }

    @Override
    public void recentAttention(int layer, float[] destination) {
      entries.recentAttention(layer, destination);
    }

    @Override
    public void keys(int layer, int entry, float[] destination) {
      entries.keys(layer, entry, destination);
    }

    @Override
    public void values(int layer, int entry, float[] destination) {
      entries.values(layer, entry, destination);
    }

    @Override
    public void retain(int layer, int[] kept, int count) {
      entries.retain(layer, kept, count);
    }

    @Override
    public long bytes(int layer) {
      return entries.bytes(layer);
    }
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new KvCompression(3, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new KvCompression(4, -1, 0));
    assertThrows(IllegalArgumentException.class, () -> new KvCompression(4, 9, 0));
    assertThrows(IllegalArgumentException.class, () -> new KvCompression(4, 0, 0.11));
    assertThrows(IllegalArgumentException.class, () -> new KvCompression(4, 0, Double.NaN));
    RetentionPlan plan = new RetentionPlan(new NotingCache(10));
    assertThrows(IllegalArgumentException.class, () -> plan.compress(0, -1, FOUR));
    assertThrows(NullPointerException.class, () -> plan.compress(0, 0, null));
  }

  @Test
  void aPlanDropsFirstAndLeavesTheLatest() {
    NotingCache cache = new NotingCache(10);
    RetentionPlan plan = new RetentionPlan(cache);
    plan.compress(0, 2, FOUR);
    plan.limit(0, 7);
    assertEquals(3, plan.apply());
    assertEquals(List.of("0 to 5 of 7"), cache.notes);
  }

  @Test
  void whatIsCompressedAlreadyIsLeftAlone() {
    NotingCache cache = new NotingCache(10);
    cache.compressed = 8;
    RetentionPlan plan = new RetentionPlan(cache);
    plan.compress(0, 2, FOUR);
    assertEquals(0, plan.apply());
    assertEquals(List.of(), cache.notes);
    RetentionPlan more = new RetentionPlan(cache);
    more.compress(0, 1, FOUR);
    more.compress(0, 0, FOUR);
    more.apply();
    assertEquals(List.of("8 to 10 of 10"), cache.notes, "of two wishes the last holds");
  }

  @Test
  void aCacheWithoutCompressionSaysSo() {
    PlainCache cache = new PlainCache(1, 4, 0, 0, 1);
    assertEquals(0, cache.compressed(0));
    UnsupportedOperationException e =
        assertThrows(UnsupportedOperationException.class, () -> cache.compress(0, 4, FOUR));
    assertTrue(e.getMessage().contains("doesn't compress"), e.getMessage());
  }
}

package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.ModelInfo;
import org.edgevlm.spi.inference.Outputs;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A session's K and V, layer by layer. */
abstract class KvCacheRules extends BackendRules {

  KvCacheRules(BackendFixture fixture) {
    super(fixture);
  }

  private KvCache cache(InferenceSession session) {
    backend().assumeHas(Capability.LAYERWISE_KV);
    return session
        .kvCache()
        .orElseThrow(() -> new AssertionError("LAYERWISE_KV is claimed, kvCache() is empty"));
  }

  private int[] positions(KvCache cache, int layer) {
    return IntStream.range(0, cache.length(layer)).map(i -> cache.position(layer, i)).toArray();
  }

  @Test
  @DisplayName("Without LAYERWISE_KV, kvCache is empty")
  void thereIsNoCacheWithoutTheCapability() {
    backend().assumeLacks(Capability.LAYERWISE_KV);
    try (InferenceSession session = backend().session()) {
      session.step(backend().tokens(3, 60), 0, 3, Outputs.NONE);
      assertFalse(session.kvCache().isPresent(), "kvCache() of a backend without LAYERWISE_KV");
    }
  }

  @Test
  @DisplayName("Every layer of the model holds an entry for each position, images marked")
  void everyPositionHasAnEntryInEveryLayer() {
    try (InferenceSession session = backend().session()) {
      KvCache cache = cache(session);
      assertEquals(backend().model().info().layers(), cache.layers(), "layers");
      int[] tokens = backend().tokens(5, 61);
      session.step(tokens, 0, 2, Outputs.NONE);
      session.step(backend().image(3, 62), Outputs.NONE);
      session.step(tokens, 2, 3, Outputs.LAST);
      for (int layer = 0; layer < cache.layers(); layer++) {
        assertEquals(8, cache.length(layer), "length of layer " + layer);
        for (int entry = 0; entry < 8; entry++) {
          assertEquals(entry, cache.position(layer, entry), "position of entry " + entry);
          assertEquals(
              entry >= 2 && entry < 5, cache.isImage(layer, entry), "isImage of entry " + entry);
        }
      }
    }
  }

  @Test
  @DisplayName("retain keeps the named entries of one layer, with their positions, K and V")
  void retainKeepsWhatIsNamed() {
    ModelInfo info = backend().model().info();
    try (InferenceSession session = backend().session()) {
      KvCache cache = cache(session);
      session.step(backend().tokens(10, 63), 0, 10, Outputs.NONE);
      int layer = cache.layers() - 1;
      int[] keep = {0, 3, 4, 9};
      int width = info.kvHeads() * info.headWidth();
      float[][] keys = new float[keep.length][width];
      float[][] values = new float[keep.length][width];
      for (int i = 0; i < keep.length; i++) {
        cache.keys(layer, keep[i], keys[i]);
        cache.values(layer, keep[i], values[i]);
      }
      cache.retain(layer, keep, keep.length);
      assertArrayEquals(keep, positions(cache, layer), "positions after retain");
      for (int i = 0; i < keep.length; i++) {
        float[] now = new float[width];
        cache.keys(layer, i, now);
        assertArrayEquals(keys[i], now, "keys of the entry at position " + keep[i]);
        cache.values(layer, i, now);
        assertArrayEquals(values[i], now, "values of the entry at position " + keep[i]);
      }
      for (int other = 0; other < layer; other++) {
        assertEquals(10, cache.length(other), "length of layer " + other + ", left alone");
      }
    }
  }

  @Test
  @DisplayName("retain takes as many entries as count says, not as the array has")
  void retainHonoursTheCount() {
    try (InferenceSession session = backend().session()) {
      KvCache cache = cache(session);
      session.step(backend().tokens(6, 64), 0, 6, Outputs.NONE);
      cache.retain(0, new int[] {1, 5, 2, 2, 99}, 2);
      assertArrayEquals(new int[] {1, 5}, positions(cache, 0), "positions after retain");
    }
  }

  @Test
  @DisplayName("retain frees memory, in the layer and in the session")
  void retainFreesMemory() {
    try (InferenceSession session = backend().session()) {
      KvCache cache = cache(session);
      int[] tokens = backend().tokens(session.capacity(), 65);
      session.step(tokens, 0, tokens.length, Outputs.NONE);
      long layerBefore = cache.bytes(0);
      long sessionBefore = session.kvBytes();
      cache.retain(0, new int[] {0}, 1);
      assertTrue(
          cache.bytes(0) < layerBefore,
          "bytes of a layer that keeps 1 of " + tokens.length + " entries: " + cache.bytes(0));
      assertTrue(session.kvBytes() < sessionBefore, "kvBytes after a retain: " + session.kvBytes());
    }
  }

  @Test
  @DisplayName("bytes are what the session holds: kvBytes is at least their sum")
  void bytesAddUp() {
    try (InferenceSession session = backend().session()) {
      KvCache cache = cache(session);
      session.step(backend().tokens(6, 66), 0, 6, Outputs.NONE);
      long sum = 0;
      for (int layer = 0; layer < cache.layers(); layer++) {
        assertTrue(cache.bytes(layer) > 0, "bytes of layer " + layer);
        sum += cache.bytes(layer);
      }
      assertEquals(sum, cache.bytes(), "bytes of all layers");
      assertTrue(session.kvBytes() >= sum, "kvBytes " + session.kvBytes() + ", layers " + sum);
    }
  }

  @Test
  @DisplayName("A retain that makes no sense is refused and leaves the cache")
  void aWrongRetainIsRefused() {
    try (InferenceSession session = backend().session()) {
      KvCache cache = cache(session);
      int layers = cache.layers();
      session.step(backend().tokens(4, 67), 0, 4, Outputs.NONE);
      List<Executable> wrong =
          List.of(
              () -> cache.retain(0, new int[] {2, 1}, 2),
              () -> cache.retain(0, new int[] {1, 1}, 2),
              () -> cache.retain(0, new int[] {0, 4}, 2),
              () -> cache.retain(0, new int[] {-1}, 1),
              () -> cache.retain(0, new int[] {0}, 2),
              () -> cache.retain(0, new int[] {0}, -1),
              () -> cache.retain(0, new int[0], 0),
              () -> cache.retain(layers, new int[] {0}, 1),
              () -> cache.retain(-1, new int[] {0}, 1));
      for (int i = 0; i < wrong.size(); i++) {
        assertThrows(RuntimeException.class, wrong.get(i), "wrong retain " + i);
        for (int layer = 0; layer < layers; layer++) {
          assertEquals(4, cache.length(layer), "length after wrong retain " + i);
        }
      }
    }
  }

  @Test
  @DisplayName("Keeping everything changes nothing")
  void retainingEverythingChangesNothing() {
    int[] tokens = backend().tokens(8, 68);
    float[] expected = backend().last(tokens);
    try (InferenceSession session = backend().session()) {
      KvCache cache = cache(session);
      session.step(tokens, 0, 6, Outputs.NONE);
      for (int layer = 0; layer < cache.layers(); layer++) {
        cache.retain(layer, new int[] {0, 1, 2, 3, 4, 5}, 6);
      }
      backend().assertSame(expected, session.step(tokens, 6, 2, Outputs.LAST), 0, "all kept");
    }
  }

  @Test
  @DisplayName("What is dropped is no longer attended to, and positions go on")
  void droppedEntriesAreForgotten() {
    int[] tokens = backend().tokens(8, 69);
    int[] other = tokens.clone();
    for (int i = 1; i < 4; i++) {
      other[i] = (tokens[i] + 1) % backend().model().info().vocabularySize();
    }
    float[] full = backend().last(tokens);
    try (InferenceSession session = backend().session()) {
      KvCache cache = cache(session);
      // Only in the first layer is an entry a function of its own token, so all layers drop all
      // that came after the first.
      float[] kept = afterDropping(session, cache, tokens);
      assertTrue(Logits.differ(full, kept, 0), "dropping entries changes nothing");
    }
    try (InferenceSession one = backend().session();
        InferenceSession two = backend().session()) {
      Logits.assertSame(
          afterDropping(one, cache(one), tokens),
          afterDropping(two, cache(two), other),
          backend().tolerance(),
          "with other tokens in the dropped places");
    }
  }

  /** Feeds 4 tokens, drops all but the first, feeds the rest. */
  private float[] afterDropping(InferenceSession session, KvCache cache, int[] tokens) {
    session.step(tokens, 0, 4, Outputs.NONE);
    for (int layer = 0; layer < cache.layers(); layer++) {
      cache.retain(layer, new int[] {0}, 1);
    }
    assertEquals(4, session.position(), "the position after a retain");
    float[] logits = Logits.copy(session.step(tokens, 4, 4, Outputs.LAST), 0);
    assertArrayEquals(new int[] {0, 4, 5, 6, 7}, positions(cache, 0), "positions of layer 0");
    return logits;
  }

  @Test
  @DisplayName("A rewind drops later entries, and what a policy dropped stays dropped")
  void rewindKeepsWhatIsGone() {
    backend().assumeHas(Capability.REWIND);
    try (InferenceSession session = backend().session()) {
      KvCache cache = cache(session);
      session.step(backend().tokens(8, 70), 0, 8, Outputs.NONE);
      cache.retain(0, new int[] {0, 2, 5, 7}, 4);
      session.rewind(6);
      assertArrayEquals(new int[] {0, 2, 5}, positions(cache, 0), "positions of layer 0");
      for (int layer = 1; layer < cache.layers(); layer++) {
        assertEquals(6, cache.length(layer), "length of layer " + layer);
      }
    }
  }
}

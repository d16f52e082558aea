package org.edgevlm.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.ImageLayout;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageCacheTest {

  private static final Preprocessing SMALL = preprocessing(4);

  private static Preprocessing preprocessing(int side) {
    return Preprocessing.whole(
        side, side, ResizeMethod.STRETCH, Interpolation.BILINEAR, Normalization.CLIP);
  }

  private static ImageCache.Key key(String sha256) {
    return new ImageCache.Key(sha256, SMALL, "vision", "encoder", "model");
  }

  /** 4 × 4 pixels of three numbers and two rows of four: 224 bytes. */
  private static EncodedImage image() {
    return new EncodedImage(
        ImageLayout.whole(SMALL),
        ImageTensor.allocate(1, 3, 4, 4),
        List.of(ImageEmbedding.allocate(2, 4)));
  }

  @Test
  void whatWasNotUsedForLongestMakesRoom() {
    assertEquals(224, image().bytes());
    ImageCache cache = new ImageCache(3 * 224);
    EncodedImage a = image();
    cache.add(key("a"), a);
    cache.add(key("b"), image());
    cache.add(key("c"), image());
    assertSame(a, cache.find(key("a")).orElseThrow());
    cache.add(key("d"), image());
    assertTrue(cache.find(key("b")).isEmpty());
    assertSame(a, cache.find(key("a")).orElseThrow());
    assertEquals(3, cache.snapshot().images());
    assertEquals(3 * 224, cache.snapshot().bytes());
    assertEquals(1, cache.snapshot().evictions());
    assertEquals(2, cache.snapshot().hits());
    assertEquals(1, cache.snapshot().misses());
    cache.add(key("a"), image());
    assertEquals(3 * 224, cache.snapshot().bytes());
    assertEquals(3, cache.clear());
    assertEquals(0, cache.snapshot().bytes());
  }

  @Test
  void whatIsLargerThanTheCacheIsNotKept() {
    ImageCache none = new ImageCache(0);
    none.add(key("a"), image());
    assertEquals(0, none.snapshot().images());
    ImageCache small = new ImageCache(223);
    small.add(key("a"), image());
    assertEquals(0, small.snapshot().bytes());
  }

  @Test
  void everyPartOfTheKeyCounts() {
    ImageCache cache = new ImageCache(1 << 20);
    cache.add(key("a"), image());
    List<ImageCache.Key> others =
        List.of(
            key("b"),
            new ImageCache.Key("a", preprocessing(5), "vision", "encoder", "model"),
            new ImageCache.Key("a", SMALL, "other", "encoder", "model"),
            new ImageCache.Key("a", SMALL, "vision", "other", "model"),
            new ImageCache.Key("a", SMALL, "vision", "encoder", "other"));
    others.forEach(other -> assertTrue(cache.find(other).isEmpty(), other::toString));
    ByteBuffer file = ByteBuffer.wrap(new byte[] {9, 'a', 'b', 'c', 9}).position(1).limit(4);
    assertEquals(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ImageCache.sha256(file));
    assertEquals(1, file.position());
  }

  @Test
  void answersAreTheSameAndOthersPicturesAreOthers(@TempDir Path folder) throws Exception {
    ByteBuffer red = BmpVisionProvider.bmp(9, 5, 0xff0000, 0x0000ff);
    ByteBuffer blue = BmpVisionProvider.bmp(9, 5, 0x0000ff, 0xff0000);
    try (EdgeVlm edgeVlm = new ReferenceHome(folder).open()) {
      Answer first = again(edgeVlm, red);
      Answer second = again(edgeVlm, red);
      Answer other = again(edgeVlm, blue);
      assertEquals(first.text(), second.text());
      assertFalse(other.counters().containsKey("image_cache_hits"));
      assertEquals(0, second.timings().encodeMs());
      assertTrue(first.timings().encodeMs() > 0);
      Answer plain =
          edgeVlm.answer(AnswerRequest.caption(red, 9), TokenListener.NONE, CancelToken.NEVER);
      assertEquals(first.text(), plain.text());
      assertEquals(2, edgeVlm.imageCache().misses());
      assertTrue(plain.timings().encodeMs() > 0);
      assertEquals(2, edgeVlm.imageCache().images());
      assertEquals(1, edgeVlm.imageCache().hits());
      assertEquals(3, edgeVlm.metrics().latency().get("encode").count());
      assertEquals(4, edgeVlm.metrics().latency().get("total").count());
    }
  }

  private static Answer again(EdgeVlm edgeVlm, ByteBuffer picture) {
    return edgeVlm.answerAgain(
        AnswerRequest.caption(picture, 9), TokenListener.NONE, CancelToken.NEVER);
  }
}

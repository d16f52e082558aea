package org.edgevlm.plugin.llamacpp.bytedeco.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.vision.ImageTensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GgmlImageEncoderTest {

  private GgmlImageEncoderFactory factory;
  private GgmlImageEncoder encoder;

  @BeforeEach
  void open() {
    factory = Golden.factory(ImageWeights.AUTO);
    encoder = factory.encoder(Golden.model("clip-ldpv2"), LoadProgress.NONE);
  }

  @AfterEach
  void close() {
    encoder.close();
    factory.close();
  }

  /** Pictures that differ from each other. */
  private static ImageTensor pictures(int batch) {
    ImageTensor pixels = Golden.pixels("clip", batch);
    for (int row = 1; row < batch; row++) {
      for (int i = 0; i < pixels.image(row).capacity(); i++) {
        pixels.image(row).put(i, pixels.image(0).get(i) * (1 - 0.3f * row));
      }
    }
    return pixels;
  }

  private float[] encode(ImageTensor pixels) {
    return Golden.array(encoder.encode(pixels).get(0).data());
  }

  private static ImageTensor copy(ImageTensor pixels, int row) {
    ImageTensor one = ImageTensor.allocate(1, 3, pixels.height(), pixels.width());
    one.data().put(0, pixels.image(row), 0, pixels.image(row).capacity());
    return one;
  }

  @Test
  void aBatchGivesWhatItsImagesGiveAlone() {
    ImageTensor batch = pictures(3);
    List<ImageEmbedding> together = encoder.encode(batch);
    assertEquals(3, together.size());
    for (int row = 0; row < 3; row++) {
      assertArrayEquals(encode(copy(batch, row)), Golden.array(together.get(row).data()));
    }
    float[] first = Golden.array(together.get(0).data());
    assertFalse(Arrays.equals(first, Golden.array(together.get(1).data())));
  }

  @Test
  void twoThreadsGetTheSameBitsAsOne() throws Exception {
    ImageTensor pictures = pictures(4);
    List<float[]> alone = new ArrayList<>();
    for (int row = 0; row < 4; row++) {
      alone.add(encode(copy(pictures, row)));
    }
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Callable<float[]>> tasks = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        ImageTensor one = copy(pictures, i % 4);
        tasks.add(() -> encode(one));
      }
      List<Future<float[]>> results = threads.invokeAll(tasks);
      for (int i = 0; i < results.size(); i++) {
        assertArrayEquals(alone.get(i % 4), results.get(i).get());
      }
    } finally {
      threads.shutdown();
      assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES));
    }
  }

  @Test
  void anEmbeddingIsNotWrittenAgain() {
    ImageTensor pictures = pictures(2);
    ImageEmbedding first = encoder.encode(copy(pictures, 0)).get(0);
    float[] before = Golden.array(first.data());
    encoder.encode(copy(pictures, 1));
    assertArrayEquals(before, Golden.array(first.data()));
  }

  @Test
  void pixelsAreReadAndEmbeddingsWrittenInPlace() {
    ImageTensor pixels = pictures(2);
    ImageEmbedding last = encoder.encode(pixels).get(1);
    try (FloatPointer from = new FloatPointer(pixels.image(1));
        FloatPointer to = new FloatPointer(last.data())) {
      assertArrayEquals(new long[] {from.address(), to.address()}, encoder.lastPlaces());
    }
  }

  @Test
  void theTensorsMemoryIsWhatCounts() {
    ImageTensor pixels = pictures(1);
    float[] before = encode(pixels);
    float kept = pixels.data().get(0);
    pixels.data().put(0, kept + 3);
    assertFalse(Arrays.equals(before, encode(pixels)));
    pixels.data().put(0, kept);
    assertArrayEquals(before, encode(pixels));
  }

  @Test
  void otherSizesAreRefused() {
    refused(ImageTensor.allocate(1, 3, 56, 42));
    refused(ImageTensor.allocate(1, 3, 42, 56));
    refused(ImageTensor.allocate(1, 3, 112, 112));
    refused(ImageTensor.allocate(1, 1, 56, 56));
    refused(ImageTensor.allocate(1, 4, 56, 56));
  }

  private void refused(ImageTensor tensor) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> encoder.encode(tensor));
    assertTrue(e.getMessage().contains("3 channels, 56×56"), e.getMessage());
  }

  @Test
  void aClosedEncoderRefusesAndOthersGoOn() {
    GgmlImageEncoder other = factory.encoder(Golden.model("siglip-mlp"), LoadProgress.NONE);
    encoder.close();
    encoder.close();
    assertThrows(IllegalStateException.class, () -> encoder.encode(pictures(1)));
    assertEquals(36, other.encode(Golden.pixels("siglip", 1)).get(0).tokens());
    other.close();
  }

  @Test
  void itTellsItsWidth() {
    assertEquals(80, encoder.embeddingWidth());
  }
}

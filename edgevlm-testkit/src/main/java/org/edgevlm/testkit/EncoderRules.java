package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.ImageEncoderFactory;
import org.edgevlm.spi.inference.ImageLayout;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelFormatException;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Preprocessing;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From image tensors to rows that a language model reads. */
abstract class EncoderRules {

  private static final double TOLERANCE = 1e-3;

  private final EncoderFixture fixture;

  EncoderRules(EncoderFixture fixture) {
    this.fixture = Objects.requireNonNull(fixture, "fixture");
  }

  private ImageEncoder encoder() {
    return fixture.encoder();
  }

  private static float[] numbers(ImageEmbedding embedding) {
    float[] numbers = new float[embedding.data().capacity()];
    embedding.data().get(0, numbers);
    return numbers;
  }

  private float[] encode(ImageTensor tensor) {
    return numbers(encoder().encode(tensor).get(0));
  }

  @Test
  @DisplayName("A layout is made for any size of picture, the same each time")
  void layoutsAreMadeForAnySize() {
    int[] sides = {1, 7, 224, 336, 1000, 16_384};
    for (int width : sides) {
      for (int height : sides) {
        ImageLayout layout = encoder().layout(width, height);
        assertEquals(layout, encoder().layout(width, height), "the layout, asked for again");
        Preprocessing wanted = layout.preprocessing();
        Preprocessing square = encoder().layout(320, 320).preprocessing();
        assertEquals(square.width(), wanted.width(), "the width that one encoder wants");
        assertEquals(square.height(), wanted.height(), "the height that one encoder wants");
      }
    }
  }

  @Test
  @DisplayName("Each row of a batch becomes one embedding of the encoder's width")
  void everyRowBecomesAnEmbedding() {
    int width = encoder().embeddingWidth();
    assertTrue(width > 0, "embeddingWidth");
    List<ImageEmbedding> embeddings = encoder().encode(fixture.pictures(3, 1));
    assertEquals(3, embeddings.size(), "embeddings of a batch of 3");
    for (ImageEmbedding embedding : embeddings) {
      assertEquals(width, embedding.width(), "width of an embedding");
      for (float number : numbers(embedding)) {
        assertTrue(Float.isFinite(number), "numbers of an embedding are finite");
      }
    }
  }

  @Test
  @DisplayName("Rows of a batch don't see each other and come back in order")
  void rowsOfABatchAreIndependent() {
    ImageTensor batch = fixture.pictures(2, 2);
    List<ImageEmbedding> together = encoder().encode(batch);
    for (int i = 0; i < 2; i++) {
      ImageTensor alone = ImageTensor.allocate(1, 3, batch.height(), batch.width());
      alone.data().put(0, batch.image(i), 0, alone.data().capacity());
      Logits.assertSame(
          encode(alone), numbers(together.get(i)), TOLERANCE, "row " + i + " of a batch");
    }
  }

  @Test
  @DisplayName("Different pictures give different embeddings, the same picture the same")
  void theEmbeddingIsOfThePicture() {
    float[] one = encode(fixture.pictures(1, 3));
    Logits.assertSame(one, encode(fixture.pictures(1, 3)), 0, "the same picture again");
    assertTrue(
        Logits.differ(one, encode(fixture.pictures(1, 4)), TOLERANCE),
        "two pictures give the same embedding");
  }

  @Test
  @DisplayName("The tensor is left alone, and read wherever its buffer's position is")
  void theTensorIsLeftAlone() {
    ImageTensor tensor = fixture.pictures(1, 5);
    float[] before = new float[tensor.data().capacity()];
    tensor.data().get(0, before);
    float[] expected = encode(tensor);
    tensor.data().position(5);
    Logits.assertSame(expected, encode(tensor), TOLERANCE, "with a moved position");
    assertEquals(5, tensor.data().position(), "the buffer's position");
    float[] after = new float[before.length];
    tensor.data().get(0, after);
    assertArrayEquals(before, after, "the tensor's numbers");
  }

  @Test
  @DisplayName("An embedding isn't written once it was handed out")
  void embeddingsAreNotReused() {
    ImageEmbedding first = encoder().encode(fixture.pictures(1, 6)).get(0);
    float[] before = numbers(first);
    encoder().encode(fixture.pictures(2, 7));
    assertArrayEquals(before, numbers(first), "an embedding after a later encode");
  }

  @Test
  @DisplayName("A tensor of another size is an IllegalArgumentException")
  void tensorsOfAnotherSizeAreRefused() {
    Preprocessing wanted = encoder().layout(320, 320).preprocessing();
    int[][] sizes = {
      {wanted.height() + 1, wanted.width()},
      {wanted.height(), wanted.width() + 1},
      {1, 1},
      {2 * wanted.height(), 2 * wanted.width()}
    };
    for (int[] size : sizes) {
      ImageTensor tensor = ImageTensor.allocate(1, 3, size[0], size[1]);
      assertThrows(
          IllegalArgumentException.class,
          () -> encoder().encode(tensor),
          "a tensor of " + Arrays.toString(size));
    }
    ImageTensor grey = ImageTensor.allocate(1, 1, wanted.height(), wanted.width());
    assertThrows(
        IllegalArgumentException.class, () -> encoder().encode(grey), "a tensor of one channel");
  }

  @Test
  @DisplayName("Encoding works in several threads at a time")
  void encodingWorksInSeveralThreads() throws Exception {
    List<float[]> expected =
        IntStream.range(0, 3).mapToObj(i -> encode(fixture.pictures(1, 10 + i))).toList();
    List<Callable<float[]>> tasks =
        IntStream.range(0, 9)
            .<Callable<float[]>>mapToObj(i -> () -> encode(fixture.pictures(1, 10 + i % 3)))
            .toList();
    List<float[]> all = Threads.all(3, tasks);
    for (int i = 0; i < all.size(); i++) {
      Logits.assertSame(expected.get(i % 3), all.get(i), TOLERANCE, "in another thread");
    }
  }

  @Test
  @DisplayName("An estimate is the same each time and counts weights")
  void theEstimateIsSteady() {
    MemoryEstimate estimate = fixture.factory().estimate(fixture.projector());
    assertTrue(estimate.weights() > 0, "weights of the estimate");
    assertEquals(estimate, fixture.factory().estimate(fixture.projector()), "asked for again");
  }

  @Test
  @DisplayName("Opening tells its progress on the calling thread, up to done == total")
  void openingTellsItsProgress() {
    List<String> wrong = new ArrayList<>();
    long[] last = {-1, -1};
    Thread caller = Thread.currentThread();
    LoadProgress progress =
        (done, total) -> {
          if (Thread.currentThread() != caller || done < last[0] || done > total) {
            wrong.add("told " + done + " of " + total + " on " + Thread.currentThread());
          }
          last[0] = done;
          last[1] = total;
        };
    fixture.factory().open(fixture.projector(), progress).close();
    assertEquals(List.of(), wrong, "progress");
    assertTrue(last[0] >= 0, "progress is told at least once");
    assertEquals(last[1], last[0], "the last time, done is total");
  }

  @Test
  @DisplayName("A file that is broken or cut off is a ModelFormatException, for estimate and open")
  void aBrokenFileIsRefused(@TempDir Path folder) throws IOException {
    byte[] whole = Files.readAllBytes(fixture.projector());
    byte[] half = Arrays.copyOf(whole, Math.min(whole.length / 2, 1024));
    byte[] garbage = new byte[4096];
    new Random(1).nextBytes(garbage);
    for (byte[] content : new byte[][] {new byte[0], half, garbage}) {
      Path file = Files.write(folder.resolve("broken.gguf"), content);
      assertThrows(
          ModelFormatException.class,
          () -> fixture.factory().estimate(file),
          "the estimate for a broken file of " + content.length + " bytes");
      assertThrows(
          ModelFormatException.class,
          () -> fixture.factory().open(file, LoadProgress.NONE).close(),
          "opening a broken file of " + content.length + " bytes");
    }
  }

  @Test
  @DisplayName("An encoder can be closed twice, and then refuses to encode; others go on")
  void aClosedEncoderRefusesToEncode() {
    ImageTensor tensor = fixture.pictures(1, 20);
    float[] expected = encode(tensor);
    ImageEncoder second = fixture.factory().open(fixture.projector(), LoadProgress.NONE);
    Logits.assertSame(
        expected, numbers(second.encode(tensor).get(0)), TOLERANCE, "a second encoder");
    second.close();
    assertDoesNotThrow(second::close, "the second close");
    assertThrows(RuntimeException.class, () -> second.encode(tensor), "encode of a closed encoder");
    Logits.assertSame(expected, encode(tensor), TOLERANCE, "after another was closed");
  }

  @Test
  @DisplayName("A factory can be closed twice, and another one goes on")
  void aFactoryCanBeClosedTwice() {
    ImageTensor tensor = fixture.pictures(1, 21);
    float[] expected = encode(tensor);
    TestSet second = fixture.open();
    ImageEncoderFactory closed = second.made(ImageEncoderFactory.class);
    second.close();
    assertDoesNotThrow(closed::close, "the second close");
    Logits.assertSame(expected, encode(tensor), TOLERANCE, "after another was closed");
  }

  @Test
  @DisplayName("A set with this encoder answers a question about a picture, the same twice")
  void theAssembledSetAnswers() {
    try (TestSet set = fixture.open()) {
      String answer = set.answer("What is there?").text();
      assertFalse(answer == null, "an answer");
      assertEquals(answer, set.answer("What is there?").text(), "the second answer");
    }
  }
}

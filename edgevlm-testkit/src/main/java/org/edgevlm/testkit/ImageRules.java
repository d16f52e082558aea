package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.edgevlm.spi.inference.ContextFullException;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.StepResult;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Images in place of tokens, which the assembly asks of every backend. */
abstract class ImageRules extends BackendRules {

  private static final int ROWS = 4;

  ImageRules(BackendFixture fixture) {
    super(fixture);
  }

  /** The logits after a token, an image and another token. */
  private float[] around(ImageEmbedding image, int[] tokens) {
    try (InferenceSession session = backend().session()) {
      session.step(tokens, 0, 1, Outputs.NONE);
      session.step(image, Outputs.NONE);
      return Logits.copy(session.step(tokens, 1, 1, Outputs.LAST), 0);
    }
  }

  @Test
  @DisplayName("An image takes a position a row, and gives the rows of logits that are asked for")
  void anImageTakesItsPositions() {
    ImageEmbedding image = backend().image(ROWS, 41);
    try (InferenceSession session = backend().session()) {
      assertEquals(0, session.step(image, Outputs.NONE).rows(), "rows of NONE");
      assertEquals(ROWS, session.position(), "the position after an image");
      assertEquals(1, session.step(image, Outputs.LAST).rows(), "rows of LAST");
      StepResult all = session.step(image, Outputs.ALL);
      assertEquals(ROWS, all.rows(), "rows of ALL");
      assertEquals(3 * ROWS, session.position(), "the position after three images");
    }
  }

  @Test
  @DisplayName("What an image shows changes what comes after it, row by row")
  void anImageIsSeen() {
    int[] tokens = backend().tokens(2, 42);
    ImageEmbedding image = backend().image(ROWS, 43);
    float[] one = around(image, tokens);
    for (int row = 0; row < ROWS; row++) {
      ImageEmbedding changed = backend().image(ROWS, 43);
      for (int i = 0; i < changed.width(); i++) {
        int at = row * changed.width() + i;
        changed.data().put(at, -2 * changed.data().get(at));
      }
      assertTrue(
          Logits.differ(one, around(changed, tokens), 0),
          "the logits are the same whatever row " + row + " of the image is");
    }
    Logits.assertSame(one, around(image, tokens), backend().tolerance(), "the same image again");
  }

  @Test
  @DisplayName("Each row of Outputs.ALL belongs to its row of the image")
  void everyRowOfAnImageBelongsToItsPosition() {
    ImageEmbedding image = backend().image(ROWS, 44);
    float[][] all;
    try (InferenceSession session = backend().session()) {
      all = Logits.copy(session.step(image, Outputs.ALL));
    }
    try (InferenceSession session = backend().session()) {
      Logits.assertSame(
          Logits.copy(session.step(image, Outputs.LAST), 0),
          all[ROWS - 1],
          backend().tolerance(),
          "the last row of ALL, against LAST");
    }
    assertTrue(Logits.differ(all[0], all[ROWS - 1], 0), "all rows are the same");
  }

  @Test
  @DisplayName(
      "An image is read from its beginning wherever its buffer's position is, and left alone")
  void anImageIsLeftAlone() {
    int[] tokens = backend().tokens(2, 45);
    ImageEmbedding image = backend().image(ROWS, 46);
    float[] numbers = new float[image.data().capacity()];
    image.data().get(0, numbers);
    float[] expected = around(image, tokens);
    image.data().position(3);
    Logits.assertSame(
        expected, around(image, tokens), backend().tolerance(), "with a moved position");
    assertEquals(3, image.data().position(), "the buffer's position");
    float[] after = new float[numbers.length];
    image.data().get(0, after);
    assertArrayEquals(numbers, after, "the image's numbers");
  }

  @Test
  @DisplayName("An image of another width is an IllegalArgumentException, session as before")
  void anImageOfAnotherWidthIsRefused() {
    int[] tokens = backend().tokens(3, 47);
    int width = backend().model().info().width();
    float[] expected = backend().last(tokens);
    try (InferenceSession session = backend().session()) {
      session.step(tokens, 0, 2, Outputs.NONE);
      for (int wrong : new int[] {width - 1, width + 1, 2 * width}) {
        ImageEmbedding image = ImageEmbedding.allocate(ROWS, wrong);
        assertThrows(
            IllegalArgumentException.class,
            () -> session.step(image, Outputs.LAST),
            "an image of width " + wrong + " for a model of width " + width);
        assertEquals(2, session.position(), "the position after a refused image");
      }
      backend().assertSame(expected, session.step(tokens, 2, 1, Outputs.LAST), 0, "after refusals");
    }
  }

  @Test
  @DisplayName("An image beyond the capacity is a ContextFullException, session as before")
  void anImageBeyondTheContextIsRefused() {
    try (InferenceSession session = backend().session()) {
      int[] tokens = backend().tokens(session.capacity() - 2, 48);
      session.step(tokens, 0, tokens.length, Outputs.NONE);
      ImageEmbedding image = backend().image(ROWS, 49);
      assertThrows(ContextFullException.class, () -> session.step(image, Outputs.LAST));
      assertEquals(tokens.length, session.position(), "the position after a refused image");
      session.step(backend().image(2, 50), Outputs.NONE);
      assertEquals(session.capacity(), session.position(), "the position of a full session");
    }
  }
}

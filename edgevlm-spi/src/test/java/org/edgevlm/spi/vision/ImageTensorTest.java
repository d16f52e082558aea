package org.edgevlm.spi.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class ImageTensorTest {

  @Test
  void hasRoomForItsShapeWhateverItsSize() {
    // Sizes around multiples of the alignment, many times: malloc's addresses differ.
    for (int width = 1; width < 70; width++) {
      ImageTensor tensor = ImageTensor.allocate(1, 3, 3, width);
      assertEquals(9 * width, tensor.data().capacity());
      tensor.data().put(9 * width - 1, 1f);
    }
  }

  @Test
  void imagesOfABatchAreViews() {
    ImageTensor batch = ImageTensor.allocate(2, 3, 2, 2);
    batch.image(1).put(0, 7f);
    assertEquals(7f, batch.data().get(12));
    assertEquals(7f, batch.single(1).data().get(0));
    assertEquals(1, batch.single(1).batch());
    assertTrue(batch.single(1).data().isDirect());
    assertThrows(IndexOutOfBoundsException.class, () -> batch.single(2));
  }

  @Test
  void refusesBuffersThatNativeCodeCannotRead() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new ImageTensor(1, 3, 1, 1, FloatBuffer.allocate(3)),
        "a heap buffer");
    FloatBuffer small = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder()).asFloatBuffer();
    assertThrows(IllegalArgumentException.class, () -> new ImageTensor(1, 3, 1, 1, small));
    assertThrows(IllegalArgumentException.class, () -> ImageTensor.allocate(1, 0, 1, 1));
    assertThrows(
        ArithmeticException.class, () -> ImageTensor.allocate(1 << 20, 3, 1 << 20, 1 << 20));
  }
}

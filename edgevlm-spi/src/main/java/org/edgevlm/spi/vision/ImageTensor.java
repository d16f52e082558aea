package org.edgevlm.spi.vision;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.edgevlm.spi.Api;

/**
 * A batch of normalised images in native memory: float32, row-major {@code [batch, channels,
 * height, width]}. An encoder reads {@code data} in place, so it isn't written once the tensor is
 * handed on.
 *
 * @param batch images or tiles, at least 1
 * @param channels 3: red, green, blue
 * @param height pixels
 * @param width pixels
 * @param data a direct buffer in native order, aligned to {@value #ALIGNMENT} bytes, whose capacity
 *     is the number of elements
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record ImageTensor(int batch, int channels, int height, int width, FloatBuffer data) {

  /** What vector units and ggml's buffers want. */
  public static final int ALIGNMENT = 64;

  public ImageTensor {
    long elements = elements(batch, channels, height, width);
    if (!data.isDirect() || data.order() != ByteOrder.nativeOrder()) {
      throw new IllegalArgumentException("data must be a direct buffer in native byte order");
    }
    if (data.capacity() != elements) {
      throw new IllegalArgumentException(
          "data holds " + data.capacity() + " floats, the shape needs " + elements);
    }
  }

  /** A tensor of zeros. */
  public static ImageTensor allocate(int batch, int channels, int height, int width) {
    int bytes = Math.toIntExact(elements(batch, channels, height, width) * Float.BYTES);
    // An aligned slice ends aligned too, so the last bytes need room up to the next boundary.
    FloatBuffer data =
        ByteBuffer.allocateDirect(Math.addExact(bytes, 2 * ALIGNMENT))
            .alignedSlice(ALIGNMENT)
            .limit(bytes)
            .slice()
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    return new ImageTensor(batch, channels, height, width, data);
  }

  private static long elements(int batch, int channels, int height, int width) {
    if (batch < 1 || channels < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "shape [" + batch + ", " + channels + ", " + height + ", " + width + "] is not positive");
    }
    return Math.multiplyExact(Math.multiplyExact((long) batch, channels), (long) height * width);
  }

  /** The planes of one image of the batch: {@code channels × height × width} floats, not copied. */
  public FloatBuffer image(int index) {
    int size = channels * height * width;
    return data.slice(Math.multiplyExact(index, size), size);
  }

  /** One image of the batch as a tensor of its own, not copied. */
  public ImageTensor single(int index) {
    return new ImageTensor(1, channels, height, width, image(index));
  }
}

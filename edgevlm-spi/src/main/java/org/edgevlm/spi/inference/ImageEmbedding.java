package org.edgevlm.spi.inference;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.edgevlm.spi.Api;

/**
 * An image as a language model reads it: rows in place of token embeddings. Not written once made.
 *
 * @param tokens rows, at least 1
 * @param width numbers in a row, the language model's width
 * @param data a direct buffer in native order with {@code tokens × width} floats
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record ImageEmbedding(int tokens, int width, FloatBuffer data) {

  public ImageEmbedding {
    if (tokens < 1 || width < 1) {
      throw new IllegalArgumentException("shape [" + tokens + ", " + width + "] is not positive");
    }
    if (!data.isDirect() || data.order() != ByteOrder.nativeOrder()) {
      throw new IllegalArgumentException("data must be a direct buffer in native byte order");
    }
    if (data.capacity() != Math.multiplyExact(tokens, width)) {
      throw new IllegalArgumentException(
          "data holds " + data.capacity() + " floats, the shape needs " + (long) tokens * width);
    }
  }

  /** An embedding of zeros. */
  public static ImageEmbedding allocate(int tokens, int width) {
    int bytes = Math.multiplyExact(Math.multiplyExact(tokens, width), Float.BYTES);
    return new ImageEmbedding(
        tokens,
        width,
        ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer());
  }
}

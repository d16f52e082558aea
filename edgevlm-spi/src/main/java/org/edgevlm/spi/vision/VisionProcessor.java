package org.edgevlm.spi.vision;

import java.nio.ByteBuffer;
import java.util.List;
import org.edgevlm.spi.Api;

/**
 * Decodes, resizes, normalises and lays out images. Safe for use by several threads at a time;
 * keeps no state between calls.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface VisionProcessor extends AutoCloseable {

  /**
   * Reads what an image's header says, without decoding pixels and without allocating by what it
   * says.
   *
   * @param encoded the file's bytes, from position to limit; neither is changed
   * @throws ImageException if the bytes aren't an image of a supported format, or its header is
   *     broken
   */
  ImageHeader inspect(ByteBuffer encoded);

  /**
   * Turns images into one batch. Orientation is applied, grey and palette become RGB, alpha is laid
   * over the preprocessing's fill colour, CMYK is converted, 16-bit samples are scaled to 8.
   *
   * <p>With tiles, image {@code i}'s tile {@code t} is row {@code i * tiles + t} of the batch.
   *
   * @param encoded the files' bytes, each from position to limit; at least one; none is changed
   * @return float32 in native memory, RGB planes, {@code [images × max(1, tiles), 3, height,
   *     width]}
   * @throws ImageException if an image is unsupported, corrupt, or larger than {@code limits}
   */
  ImageTensor process(List<ByteBuffer> encoded, Preprocessing preprocessing, ImageLimits limits);

  /** Frees what the processor holds. Idempotent. */
  @Override
  void close();
}

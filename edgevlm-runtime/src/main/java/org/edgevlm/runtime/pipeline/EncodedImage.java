package org.edgevlm.runtime.pipeline;

import java.util.List;
import java.util.Objects;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.ImageLayout;
import org.edgevlm.spi.vision.ImageTensor;

/**
 * A picture on its way into a prompt. Its buffers are written by nobody once it is there, so that
 * any number of requests can read it; the collector frees them when the last one is through.
 *
 * @param layout how it reads in a prompt
 * @param pixels what it was encoded from
 * @param tiles its embeddings, by row of {@code pixels}
 */
record EncodedImage(ImageLayout layout, ImageTensor pixels, List<ImageEmbedding> tiles) {

  EncodedImage {
    Objects.requireNonNull(layout, "layout");
    Objects.requireNonNull(pixels, "pixels");
    tiles = List.copyOf(tiles);
  }

  /** Native memory that it keeps alive. */
  long bytes() {
    long floats = pixels.data().capacity();
    for (ImageEmbedding tile : tiles) {
      floats += tile.data().capacity();
    }
    return floats * Float.BYTES;
  }
}

package org.edgevlm.spi.inference;

import java.util.List;
import org.edgevlm.spi.Api;
import org.edgevlm.spi.vision.ImageTensor;

/**
 * Turns image tensors into rows that a language model reads: a vision transformer and its
 * projector. Safe for use by several threads at a time; they may wait for each other.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface ImageEncoder extends AutoCloseable {

  /** Numbers in a row of the embedding, which must be the language model's width. */
  int embeddingWidth();

  /**
   * What this encoder wants of a picture of a given size: how to prepare it, and how its tiles and
   * the text between them follow each other in the prompt.
   *
   * @param imageWidth pixels, orientation applied
   * @param imageHeight pixels, orientation applied
   */
  ImageLayout layout(int imageWidth, int imageHeight);

  /**
   * Encodes every row of a batch.
   *
   * @param tensor of the size that {@link #layout} asks for; read in place
   * @return one embedding for each image or tile of the batch, in order
   * @throws IllegalArgumentException if the tensor has another size
   */
  List<ImageEmbedding> encode(ImageTensor tensor);

  /** Frees the weights. Idempotent. */
  @Override
  void close();
}

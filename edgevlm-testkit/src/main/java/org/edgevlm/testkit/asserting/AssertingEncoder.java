package org.edgevlm.testkit.asserting;

import java.util.List;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.ImageLayout;
import org.edgevlm.spi.vision.ImageTensor;

/** Checks widths, counts and use after close. */
final class AssertingEncoder implements ImageEncoder {

  private final ImageEncoder delegate;
  private final Lifetime life;

  AssertingEncoder(ImageEncoder delegate, Lifetime life) {
    this.delegate = delegate;
    this.life = life;
  }

  @Override
  public int embeddingWidth() {
    life.use("embeddingWidth");
    return delegate.embeddingWidth();
  }

  @Override
  public ImageLayout layout(int imageWidth, int imageHeight) {
    life.use("layout");
    return delegate.layout(imageWidth, imageHeight);
  }

  @Override
  public List<ImageEmbedding> encode(ImageTensor tensor) {
    life.use("encode");
    List<ImageEmbedding> embeddings = delegate.encode(tensor);
    life.violations()
        .check(
            embeddings.size() == tensor.batch()
                && embeddings.stream().allMatch(e -> e.width() == delegate.embeddingWidth()),
            Promise.RESULTS_FIT_THE_REQUEST,
            embeddings + " for a batch of " + tensor.batch());
    return embeddings;
  }

  @Override
  public void close() {
    life.close(delegate);
  }
}

package org.edgevlm.runtime.pipeline;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.ImageLayout;
import org.edgevlm.spi.vision.ImageTensor;

/** A strategy's own image encoder, which gives its memory back to the budget when it is closed. */
final class TrackedEncoder implements ImageEncoder {

  private final ImageEncoder encoder;
  private final Runnable onClose;
  private final AtomicBoolean closed = new AtomicBoolean();

  TrackedEncoder(ImageEncoder encoder, Runnable onClose) {
    this.encoder = encoder;
    this.onClose = onClose;
  }

  @Override
  public int embeddingWidth() {
    return encoder.embeddingWidth();
  }

  @Override
  public ImageLayout layout(int imageWidth, int imageHeight) {
    return encoder.layout(imageWidth, imageHeight);
  }

  @Override
  public List<ImageEmbedding> encode(ImageTensor tensor) {
    return encoder.encode(tensor);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        encoder.close();
      } finally {
        onClose.run();
      }
    }
  }
}

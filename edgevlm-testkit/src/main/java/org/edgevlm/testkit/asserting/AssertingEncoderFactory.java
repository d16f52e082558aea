package org.edgevlm.testkit.asserting;

import java.nio.file.Path;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.ImageEncoderFactory;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;

/** Checks use after close and encoders that are left open. */
final class AssertingEncoderFactory implements ImageEncoderFactory {

  private final ImageEncoderFactory delegate;
  private final Lifetime life;

  AssertingEncoderFactory(ImageEncoderFactory delegate, Lifetime life) {
    this.delegate = delegate;
    this.life = life;
  }

  @Override
  public MemoryEstimate estimate(Path projector) {
    life.use("estimate");
    return delegate.estimate(projector);
  }

  @Override
  public ImageEncoder open(Path projector, LoadProgress progress) {
    life.use("open");
    return new AssertingEncoder(delegate.open(projector, progress), life.child("encoder"));
  }

  @Override
  public void close() {
    life.close(delegate);
  }
}

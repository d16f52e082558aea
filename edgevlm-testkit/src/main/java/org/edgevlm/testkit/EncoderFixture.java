package org.edgevlm.testkit;

import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.ImageEncoderFactory;
import org.edgevlm.spi.inference.ImageEncoderProvider;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Preprocessing;

/** An encoder under test in an assembled set. */
final class EncoderFixture implements AutoCloseable {

  private final Supplier<ImageEncoderProvider> provider;
  private final Path projector;
  private final Map<String, String> configuration;
  private final TestSet set;

  EncoderFixture(
      Supplier<ImageEncoderProvider> provider, Path projector, Map<String, String> configuration) {
    this.provider = provider;
    this.projector = projector;
    this.configuration = configuration;
    set = open();
  }

  /** A set of its own, for tests that close things. */
  TestSet open() {
    ImageEncoderProvider made = provider.get();
    return TestSet.with(made).section(made, configuration).projector(projector).open();
  }

  Path projector() {
    return projector;
  }

  ImageEncoderFactory factory() {
    return set.made(ImageEncoderFactory.class);
  }

  ImageEncoder encoder() {
    return set.made(ImageEncoder.class);
  }

  /** Pictures at random, of the size that the encoder wants for a square one. */
  ImageTensor pictures(int batch, long seed) {
    Preprocessing wanted = encoder().layout(320, 320).preprocessing();
    ImageTensor tensor = ImageTensor.allocate(batch, 3, wanted.height(), wanted.width());
    Random random = new Random(seed);
    for (int i = 0; i < tensor.data().capacity(); i++) {
      tensor.data().put(i, (float) random.nextGaussian());
    }
    return tensor;
  }

  @Override
  public void close() {
    set.close();
  }
}

package org.edgevlm.testkit.asserting;

import java.nio.ByteBuffer;
import java.util.List;
import org.edgevlm.spi.vision.ImageHeader;
import org.edgevlm.spi.vision.ImageLimits;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.VisionProcessor;

/** Checks shapes, buffers and use after close. */
final class AssertingVisionProcessor implements VisionProcessor {

  private final VisionProcessor delegate;
  private final Lifetime life;

  AssertingVisionProcessor(VisionProcessor delegate, Lifetime life) {
    this.delegate = delegate;
    this.life = life;
  }

  @Override
  public ImageHeader inspect(ByteBuffer encoded) {
    life.use("inspect");
    ByteBuffer before = encoded.duplicate();
    ImageHeader header = delegate.inspect(encoded);
    unmoved(before, encoded, "inspect");
    return header;
  }

  @Override
  public ImageTensor process(
      List<ByteBuffer> encoded, Preprocessing preprocessing, ImageLimits limits) {
    life.use("process");
    List<ByteBuffer> before = encoded.stream().map(ByteBuffer::duplicate).toList();
    ImageTensor tensor = delegate.process(encoded, preprocessing, limits);
    for (int i = 0; i < before.size(); i++) {
      unmoved(before.get(i), encoded.get(i), "process");
    }
    int batch = encoded.size() * Math.max(1, preprocessing.tiles().size());
    life.violations()
        .check(
            tensor.batch() == batch
                && tensor.channels() == 3
                && tensor.height() == preprocessing.height()
                && tensor.width() == preprocessing.width(),
            Promise.RESULTS_FIT_THE_REQUEST,
            tensor + " for " + encoded.size() + " pictures and " + preprocessing);
    return tensor;
  }

  private void unmoved(ByteBuffer before, ByteBuffer after, String what) {
    life.violations()
        .check(
            before.position() == after.position() && before.limit() == after.limit(),
            Promise.RESULTS_FIT_THE_REQUEST,
            what + " moved the position of the file's bytes");
  }

  @Override
  public void close() {
    life.close(delegate);
  }
}

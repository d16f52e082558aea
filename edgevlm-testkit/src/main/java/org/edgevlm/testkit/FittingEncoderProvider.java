package org.edgevlm.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.ImageEncoderFactory;
import org.edgevlm.spi.inference.ImageEncoderProvider;
import org.edgevlm.spi.inference.ImageLayout;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;

/**
 * An encoder of the width that the model turns out to have, for sets whose plugin under test brings
 * none: each quarter of a small picture is one row, its pixels through a random matrix.
 */
final class FittingEncoderProvider implements ImageEncoderProvider {

  static final String ID = "testkit-fitting";
  private static final int SIDE = 4;
  private static final int ROWS = 4;
  private static final int ROW_PIXELS = 3 * SIDE * SIDE / ROWS;

  private final IntSupplier width;

  /**
   * @param width the model's, asked for when it is loaded
   */
  FittingEncoderProvider(IntSupplier width) {
    this.width = width;
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public String description() {
    return "The test kit's encoder for any model";
  }

  @Override
  public ImageEncoderFactory create(PluginContext context) {
    return new ImageEncoderFactory() {
      @Override
      public MemoryEstimate estimate(Path projector) {
        return new MemoryEstimate(0, 0, 0);
      }

      @Override
      public ImageEncoder open(Path projector, LoadProgress progress) {
        return new Encoder();
      }

      @Override
      public void close() {}
    };
  }

  private final class Encoder implements ImageEncoder {

    @Override
    public int embeddingWidth() {
      return width.getAsInt();
    }

    @Override
    public ImageLayout layout(int imageWidth, int imageHeight) {
      return ImageLayout.whole(
          Preprocessing.whole(
              SIDE, SIDE, ResizeMethod.STRETCH, Interpolation.NEAREST, Normalization.SIGLIP));
    }

    @Override
    public List<ImageEmbedding> encode(ImageTensor tensor) {
      List<ImageEmbedding> embeddings = new ArrayList<>();
      for (int image = 0; image < tensor.batch(); image++) {
        ImageEmbedding embedding = ImageEmbedding.allocate(ROWS, embeddingWidth());
        Random random = new Random(1);
        for (int i = 0; i < ROWS * embedding.width(); i++) {
          int from = i / embedding.width() * ROW_PIXELS;
          float sum = 0;
          for (int pixel = from; pixel < from + ROW_PIXELS; pixel++) {
            sum += (float) random.nextGaussian() * tensor.image(image).get(pixel);
          }
          embedding.data().put(i, sum / ROW_PIXELS);
        }
        embeddings.add(embedding);
      }
      return embeddings;
    }

    @Override
    public void close() {}
  }
}

package org.edgevlm.reference;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.PluginContext;
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
import org.edgevlm.spi.vision.Tile;

/** Each quarter of an 8×8 picture is one row: its mean colour through a random matrix. */
public final class ReferenceEncoderProvider extends ReferenceProvider
    implements ImageEncoderProvider {

  private static final int SIDE = 8;
  private static final int PATCH = 4;

  private static final ConfigKey<Boolean> TILED =
      ConfigKey.flag("tiled", false, "look at the left and the right half, with text between");

  private final int priority;

  /** For the service loader. */
  public ReferenceEncoderProvider() {
    this("reference", 0, new CopyOnWriteArrayList<>());
  }

  /** For tests of the choice and of closing. */
  public ReferenceEncoderProvider(String id, int priority, List<String> diary) {
    super(id, diary);
    this.priority = priority;
  }

  @Override
  public int priority() {
    return priority;
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    return List.of(TILED);
  }

  @Override
  public ImageEncoderFactory create(PluginContext context) {
    boolean tiled = context.config().get(TILED);
    return new ImageEncoderFactory() {
      @Override
      public MemoryEstimate estimate(Path projector) {
        ReferenceFile file = ReferenceFile.read(projector);
        return file.memory().orElseGet(() -> new MemoryEstimate(12L * file.width(), 0, 0));
      }

      @Override
      public ImageEncoder open(Path projector, LoadProgress progress) {
        ReferenceFile file = ReferenceFile.read(projector);
        note("opens " + projector.getFileName());
        long weights = estimate(projector).weights();
        progress.update(weights, weights);
        return new Encoder(file, tiled);
      }

      @Override
      public void close() {
        note("closes factory");
      }
    };
  }

  private final class Encoder implements ImageEncoder {

    private final int width;
    private final boolean tiled;
    private final float[][] matrix;
    private volatile boolean closed;

    Encoder(ReferenceFile file, boolean tiled) {
      width = file.width();
      this.tiled = tiled;
      Random random = new Random(file.seed());
      matrix = new float[width][3];
      for (float[] row : matrix) {
        for (int i = 0; i < row.length; i++) {
          row[i] = (float) random.nextGaussian() * 2;
        }
      }
    }

    @Override
    public int embeddingWidth() {
      return width;
    }

    @Override
    public ImageLayout layout(int imageWidth, int imageHeight) {
      Preprocessing whole =
          Preprocessing.whole(
              SIDE, SIDE, ResizeMethod.STRETCH, Interpolation.NEAREST, Normalization.SIGLIP);
      if (!tiled) {
        return ImageLayout.whole(whole);
      }
      List<Tile> tiles = List.of(new Tile(2 * SIDE, SIDE, 0, 0), new Tile(2 * SIDE, SIDE, SIDE, 0));
      return new ImageLayout(
          whole.withTiles(tiles),
          List.of(
              new ImageLayout.Part.Text("<turn>left:"),
              new ImageLayout.Part.Tile(0),
              new ImageLayout.Part.Text("right:"),
              new ImageLayout.Part.Tile(1)));
    }

    @Override
    public List<ImageEmbedding> encode(ImageTensor tensor) {
      if (closed) {
        throw new IllegalStateException("the encoder is closed");
      }
      if (tensor.width() != SIDE || tensor.height() != SIDE || tensor.channels() != 3) {
        throw new IllegalArgumentException(
            "a tensor of "
                + tensor.channels()
                + " planes of "
                + tensor.width()
                + "×"
                + tensor.height()
                + ", not 3 of "
                + SIDE
                + "×"
                + SIDE);
      }
      List<ImageEmbedding> embeddings = new ArrayList<>();
      for (int image = 0; image < tensor.batch(); image++) {
        ImageEmbedding embedding = ImageEmbedding.allocate(4, width);
        for (int patch = 0; patch < 4; patch++) {
          float[] colour = mean(tensor, image, patch % 2 * PATCH, patch / 2 * PATCH);
          embedding.data().put(patch * width, ReferenceWeights.multiply(matrix, colour));
        }
        embeddings.add(embedding);
      }
      return embeddings;
    }

    private float[] mean(ImageTensor tensor, int image, int left, int top) {
      float[] colour = new float[3];
      for (int c = 0; c < 3; c++) {
        for (int y = top; y < top + PATCH; y++) {
          for (int x = left; x < left + PATCH; x++) {
            colour[c] += tensor.image(image).get((c * SIDE + y) * SIDE + x) / (PATCH * PATCH);
          }
        }
      }
      return colour;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        note("closes encoder");
      }
    }
  }
}

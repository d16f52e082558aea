package org.edgevlm.dist.fuzz;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.ImageEncoderFactory;
import org.edgevlm.spi.inference.ImageEncoderProvider;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Preprocessing;

/** An image encoder's file that was made wrong by a {@link Recipe}. */
final class ProjectorDriver implements Driver {

  private static final int[] SIDES = {-1, 0, 1, Integer.MAX_VALUE, Integer.MIN_VALUE};

  private final Backends backends;
  private final Seeds seeds;
  private final Path file;

  ProjectorDriver(Backends backends, Seeds seeds, Path folder) {
    this.backends = backends;
    this.seeds = seeds;
    file = folder.resolve("mmproj.gguf");
  }

  @Override
  public void run(String recipe) throws Exception {
    byte[] bytes = Recipe.cook(seeds, recipe);
    for (ImageEncoderProvider provider : backends.encoders()) {
      Files.deleteIfExists(file);
      Files.write(file, bytes);
      try (ImageEncoderFactory factory = backends.open(provider, Map.of("threads", "1"))) {
        boolean opened = through(provider.id() + ": ", factory);
        boolean right = Seeds.PROJECTORS.contains(recipe);
        Calls.require(opened || !right, provider.id() + " refused a right encoder");
      }
    }
  }

  private boolean through(String id, ImageEncoderFactory factory) {
    MemoryEstimate estimate = Calls.attempt(id + "estimate", () -> factory.estimate(file));
    if (estimate != null) {
      Sizes.check(estimate);
    }
    ImageEncoder encoder = Calls.attempt(id + "open", () -> factory.open(file, LoadProgress.NONE));
    if (encoder == null) {
      return false;
    }
    Calls.require(estimate != null, id + "opened what it couldn't estimate");
    for (int side : SIDES) {
      Calls.attempt(id + "layout", () -> encoder.layout(side, 3));
    }
    Preprocessing fits = encoder.layout(64, 48).preprocessing();
    encode(id, encoder, 1, 3, fits.height(), fits.width());
    encode(id, encoder, 2, 3, fits.height(), fits.width());
    encode(id, encoder, 1, 1, fits.height(), fits.width());
    encode(id, encoder, 1, 3, 1, 1);
    encode(id, encoder, 1, 3, fits.height() + 1, fits.width());
    encoder.close();
    encoder.close();
    encode(id, encoder, 1, 3, fits.height(), fits.width());
    return true;
  }

  private static void encode(
      String id, ImageEncoder encoder, int batch, int channels, int height, int width) {
    ImageTensor tensor = ImageTensor.allocate(batch, channels, height, width);
    tensor.data().put(0, Float.NaN);
    List<ImageEmbedding> images = Calls.attempt(id + "encode", () -> encoder.encode(tensor));
    for (ImageEmbedding image : images == null ? List.<ImageEmbedding>of() : images) {
      Calls.require(
          image.width() == encoder.embeddingWidth(), id + "an embedding of " + image.width());
    }
  }
}

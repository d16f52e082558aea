package org.edgevlm.plugin.llamacpp.bytedeco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.random.RandomProjector;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.ImageLayout;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelFormatException;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgmlImageEncoderFactoryTest {

  private final GgmlImageEncoderFactory factory = Golden.factory(ImageWeights.AUTO);

  @TempDir private Path folder;

  @AfterEach
  void close() {
    factory.close();
  }

  private ImageLayout layout(Path file) {
    try (ImageEncoder encoder = factory.open(file, LoadProgress.NONE)) {
      return encoder.layout(640, 480);
    }
  }

  @Test
  void aClipTowerGetsLetterboxedPicturesAndSiglipStretchedOnes() {
    assertEquals(expected(56, ResizeMethod.LETTERBOX), layout(Golden.model("clip-mlp")));
    assertEquals(expected(48, ResizeMethod.STRETCH), layout(Golden.model("siglip-ldp")));
  }

  private static ImageLayout expected(int side, ResizeMethod resize) {
    return ImageLayout.whole(
        Preprocessing.whole(side, side, resize, Interpolation.AREA, Normalization.SIGLIP));
  }

  @Test
  void theFilesKeySaysHowToResize() throws IOException {
    assertEquals(ResizeMethod.STRETCH, resize("stretch"));
    assertEquals(ResizeMethod.LETTERBOX, resize("letterbox"));
    assertEquals(ResizeMethod.CENTER_CROP, resize("center_crop"));
  }

  @Test
  void anUnknownWayToResizeIsRefused() throws IOException {
    Path file = withKey("squeeze");
    for (Runnable use : List.<Runnable>of(() -> factory.estimate(file), () -> layout(file))) {
      ModelFormatException e = assertThrows(ModelFormatException.class, use::run);
      assertTrue(e.getMessage().contains("'squeeze'; expected stretch"), e.getMessage());
    }
  }

  private ResizeMethod resize(String name) throws IOException {
    return layout(withKey(name)).preprocessing().resize();
  }

  private Path withKey(String resize) throws IOException {
    return small()
        .writer()
        .string(GgmlImageEncoderFactory.RESIZE_KEY, resize)
        .write(folder.resolve(resize + ".gguf"));
  }

  private static RandomProjector small() {
    return new RandomProjector(2, 32, 64, 2, 28, 14, 32);
  }

  @ParameterizedTest
  @ValueSource(strings = {"clip-mlp", "clip-ldp", "clip-ldpv2", "siglip-ldp", "siglip32-mlp"})
  void theEstimateIsAnUpperBoundOfTheComputeMemory(String model) {
    bounded(Golden.model(model));
  }

  @Test
  void theEstimateIsAnUpperBoundWhereAttentionDominates() throws IOException {
    // 24 x 24 patches and the class token, as in CLIP-L/336, in a narrow tower.
    RandomProjector many = new RandomProjector(2, 64, 128, 8, 96, 4, 64);
    bounded(many.write(folder.resolve("many.gguf")));
  }

  private void bounded(Path file) {
    MemoryEstimate estimate = factory.estimate(file);
    assertEquals(0, estimate.kvCache());
    for (int lanes : new int[] {0, Ggml.linearLanes()}) {
      try (GgmlImageEncoder encoder = factory.encoder(file, lanes, LoadProgress.NONE)) {
        long used = encoder.computeBytes();
        assertTrue(used > 0 && used <= estimate.compute(), used + " of " + estimate.compute());
        assertTrue(estimate.compute() <= 8 * used, used + " of " + estimate.compute());
      }
    }
  }

  @Test
  void quantizedWeightsAreEstimatedAtTheirNewSize() {
    Path file = Golden.model("clip-mlp");
    List<Long> sizes = new ArrayList<>();
    for (ImageWeights weights : List.of(ImageWeights.FILE, ImageWeights.AUTO, ImageWeights.Q8_0)) {
      try (GgmlImageEncoderFactory each = Golden.factory(weights)) {
        sizes.add(each.estimate(file).weights());
      }
    }
    assertTrue(sizes.get(0) >= sizes.get(1) && sizes.get(1) > sizes.get(2), sizes.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"FILE", "AUTO", "Q8_0"})
  void progressReachesTheEnd(ImageWeights weights) {
    List<long[]> updates = new ArrayList<>();
    try (GgmlImageEncoderFactory each = Golden.factory(weights)) {
      each.open(Golden.model("clip-ldp"), (done, total) -> updates.add(new long[] {done, total}))
          .close();
    }
    long before = 0;
    for (long[] update : updates) {
      assertTrue(update[0] >= before && update[0] <= update[1], Arrays.toString(update));
      before = update[0];
    }
    long[] last = updates.get(updates.size() - 1);
    assertEquals(last[1], last[0]);
  }

  @Test
  void aFileThatIsNoEncoderIsRefused() throws IOException {
    Path file = folder.resolve("words.gguf");
    Files.write(file, "no GGUF at all, only words".getBytes(StandardCharsets.UTF_8));
    assertThrows(ModelFormatException.class, () -> factory.estimate(file));
    assertThrows(ModelFormatException.class, () -> factory.open(file, LoadProgress.NONE));
  }
}

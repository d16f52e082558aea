package org.edgevlm.plugin.vision.opencv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageFormat;
import org.edgevlm.spi.vision.ImageLimits;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;
import org.edgevlm.spi.vision.Tile;
import org.edgevlm.spi.vision.VisionProcessor;
import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.junit.jupiter.api.Test;
import org.opencv.core.Core;

/** The SPI's promises beyond the pixels. */
class OpenCvVisionProcessorTest {

  private static final Preprocessing TARGET =
      Preprocessing.whole(33, 21, ResizeMethod.LETTERBOX, Interpolation.AREA, Normalization.CLIP);

  private static final byte[] PNG = Pictures.encode(Pictures.noisy(50, 70, 1), "png");

  @Test
  void isFoundAsAService() {
    VisionProcessorProvider provider =
        ServiceLoader.load(VisionProcessorProvider.class).findFirst().orElseThrow();
    assertEquals("opencv", provider.id());
    assertEquals(Spi.VERSION, provider.spiVersion());
    assertEquals(4, provider.formats().size());
    assertTrue(provider.supports(Platform.current()).supported());
    assertFalse(provider.supports(new Platform("linux", "riscv64", 1)).supported());
  }

  @Test
  void setsTheThreads() {
    Vision.create(3, false).close();
    assertEquals(3, Core.getNumThreads());
    Vision.create(0, false).close();
    assertEquals(Core.getNumberOfCPUs(), Core.getNumThreads());
  }

  @Test
  void takesAnyKindOfBufferAndLeavesItAlone() {
    FloatBuffer expected = Vision.process(PNG, TARGET).data();
    byte[] padded = Pictures.concat(new byte[7], PNG, new byte[5]);
    ByteBuffer heap = ByteBuffer.wrap(padded, 7, PNG.length);
    ByteBuffer direct = ByteBuffer.allocateDirect(padded.length).put(padded);
    direct.position(7).limit(7 + PNG.length);
    for (ByteBuffer file :
        List.of(heap, heap.asReadOnlyBuffer(), heap.slice(), direct, direct.asReadOnlyBuffer())) {
      int position = file.position();
      int limit = file.limit();
      Vision.PROCESSOR.inspect(file);
      ImageTensor tensor = Vision.PROCESSOR.process(List.of(file), TARGET, ImageLimits.DEFAULT);
      assertEquals(expected, tensor.data());
      assertEquals(position, file.position());
      assertEquals(limit, file.limit());
    }
  }

  @Test
  void theTensorIsAlignedNativeMemory() {
    for (int width = 1; width < 40; width++) {
      ImageTensor tensor = Vision.process(PNG, Vision.same(width, 1));
      assertTrue(tensor.data().isDirect());
      assertEquals(ByteOrder.nativeOrder(), tensor.data().order());
      assertEquals(3 * width, tensor.data().capacity());
    }
    ByteBuffer data = new TensorWriter(1, 5, 7).buffer();
    assertEquals(0, data.alignmentOffset(0, ImageTensor.ALIGNMENT));
  }

  @Test
  void aBatchIsWhatItsImagesAreAlone() {
    List<byte[]> files =
        List.of(
            PNG,
            Pictures.encode(Pictures.smooth(20, 90), "jpg"),
            Pictures.webp(Pictures.smooth(200, 30), 90),
            Pictures.encode(Pictures.noisy(9, 9, 2), "bmp"));
    ImageTensor batch =
        Vision.PROCESSOR.process(
            files.stream().map(ByteBuffer::wrap).toList(), TARGET, ImageLimits.DEFAULT);
    assertEquals(4, batch.batch());
    for (int i = 0; i < 4; i++) {
      assertEquals(Vision.process(files.get(i), TARGET).data(), batch.image(i));
    }
  }

  @Test
  void refusesByTheHeaderWhatIsOverALimit() {
    for (ImageLimits limits :
        List.of(
            new ImageLimits(PNG.length - 1, 1000, 1_000_000),
            new ImageLimits(1 << 20, 69, 1_000_000),
            new ImageLimits(1 << 20, 1000, 3499))) {
      ImageException refusal =
          assertThrows(
              ImageException.class,
              () ->
                  Vision.PROCESSOR.process(
                      List.of(ByteBuffer.wrap(PNG), ByteBuffer.wrap(PNG)), TARGET, limits));
      assertEquals(ImageException.Reason.TOO_LARGE, refusal.reason());
    }
  }

  @Test
  void refusesWhatOpenCvCantTakeWhateverTheLimitsSay() {
    byte[] wide =
        Pictures.concat(
            PngWriter.SIGNATURE,
            PngWriter.header(40_000, 1, 8, 0),
            PngWriter.chunk("IDAT", PngWriter.deflate(new byte[][] {new byte[40_000]})),
            PngWriter.chunk("IEND", new byte[0]));
    ImageLimits none = new ImageLimits(Long.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE);
    ImageException refusal =
        assertThrows(
            ImageException.class,
            () -> Vision.PROCESSOR.process(List.of(ByteBuffer.wrap(wide)), TARGET, none));
    assertEquals(ImageException.Reason.TOO_LARGE, refusal.reason());
    assertEquals(ImageFormat.PNG, Vision.PROCESSOR.inspect(ByteBuffer.wrap(wide)).format());
  }

  @Test
  void refusesNonsenseOfTheCaller() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Vision.PROCESSOR.process(List.of(), TARGET, ImageLimits.DEFAULT));
    Preprocessing huge = TARGET.withTiles(List.of(new Tile(1 << 20, 1 << 20, 0, 0)));
    assertThrows(IllegalArgumentException.class, () -> Vision.process(PNG, huge));
  }

  @Test
  void saysWhenItIsClosed() {
    VisionProcessor processor = Vision.create(1, false);
    processor.close();
    processor.close();
    assertThrows(IllegalStateException.class, () -> processor.inspect(ByteBuffer.wrap(PNG)));
  }

  @Test
  void severalThreadsGetWhatOneGets() throws Exception {
    List<byte[]> files =
        List.of(
            PNG,
            Pictures.encode(Pictures.noisy(300, 200, 6), "jpg"),
            Pictures.webp(Pictures.noisy(100, 120, 7), 80),
            Pictures.encode(Pictures.transparent(150, 150, 8), "png"));
    List<FloatBuffer> alone = files.stream().map(f -> Vision.process(f, TARGET).data()).toList();
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Callable<FloatBuffer>> tasks = new ArrayList<>();
      for (int i = 0; i < 240; i++) {
        byte[] file = files.get(i % 4);
        tasks.add(() -> Vision.process(file, TARGET).data());
      }
      List<Future<FloatBuffer>> results = threads.invokeAll(tasks);
      for (int i = 0; i < results.size(); i++) {
        assertEquals(alone.get(i % 4), results.get(i).get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void fastJpegIsCloseAndOnlyForLargeOnes() {
    VisionProcessor fast = Vision.create(2, true);
    List<ByteBuffer> large =
        List.of(ByteBuffer.wrap(Pictures.encode(Pictures.smooth(803, 601), "jpg")));
    Preprocessing target =
        Preprocessing.whole(
            64, 64, ResizeMethod.CENTER_CROP, Interpolation.AREA, Normalization.CLIP);
    ImageTensor exact = Vision.PROCESSOR.process(large, target, ImageLimits.DEFAULT);
    ImageTensor quick = fast.process(large, target, ImageLimits.DEFAULT);
    assertNotEquals(exact.data(), quick.data());
    for (int i = 0; i < exact.data().capacity(); i++) {
      // Three levels of 255, in units of the standard deviation.
      assertEquals(exact.data().get(i), quick.data().get(i), 3 / 255.0 / 0.26);
    }
    List<ByteBuffer> small =
        List.of(ByteBuffer.wrap(Pictures.encode(Pictures.smooth(100, 90), "jpg")));
    assertEquals(
        Vision.PROCESSOR.process(small, target, ImageLimits.DEFAULT).data(),
        fast.process(small, target, ImageLimits.DEFAULT).data());
  }
}

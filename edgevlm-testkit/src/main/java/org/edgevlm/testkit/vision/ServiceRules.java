package org.edgevlm.testkit.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageFormat;
import org.edgevlm.spi.vision.ImageHeader;
import org.edgevlm.spi.vision.ImageLimits;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;
import org.edgevlm.spi.vision.Tile;
import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.junit.jupiter.api.Test;

/** The SPI's promises beyond the pixels. */
abstract class ServiceRules extends VisionRules {

  private static final Preprocessing TARGET =
      Preprocessing.whole(33, 21, ResizeMethod.LETTERBOX, Interpolation.AREA, Normalization.CLIP);

  private static final byte[] PNG = Pictures.encode(Pictures.noisy(50, 70, 1), "png");

  ServiceRules(Supplier<VisionProcessorProvider> provider, Supplier<Set<VisionBehavior>> lacks) {
    super(provider, lacks);
  }

  /** Different files of what the processor can read. */
  private List<byte[]> files() {
    List<byte[]> files = new ArrayList<>();
    files.add(PNG);
    files.add(Pictures.encode(Pictures.transparent(150, 150, 8), "png"));
    if (has(Set.of(VisionBehavior.JPEG))) {
      files.add(Pictures.encode(Pictures.noisy(300, 200, 6), "jpg"));
    }
    if (has(Set.of(VisionBehavior.LOSSY_WEBP))) {
      files.add(Pictures.resource("noisy-40x30-lossy.webp"));
    }
    if (has(Set.of(VisionBehavior.BMP))) {
      files.add(Pictures.encode(Pictures.noisy(9, 9, 2), "bmp"));
    }
    return files;
  }

  @Test
  void isFoundOnTheClassPath() {
    assertTrue(
        ServiceLoader.load(VisionProcessorProvider.class).stream()
            .anyMatch(found -> found.type() == provider().getClass()),
        "META-INF/services/" + VisionProcessorProvider.class.getName() + " doesn't name it");
  }

  @Test
  void saysWhatItIs() {
    assertEquals(Spi.VERSION, provider().spiVersion());
    assertTrue(provider().supports(Platform.current()).supported());
    Set<ImageFormat> formats = EnumSet.of(ImageFormat.PNG);
    for (VisionBehavior behavior : VisionBehavior.values()) {
      if (has(Set.of(behavior))) {
        formats.add(behavior.format());
      }
    }
    assertEquals(formats, provider().formats());
  }

  @Test
  void takesAnyKindOfBufferAndLeavesItAlone() {
    FloatBuffer expected = vision().process(PNG, TARGET).data();
    byte[] padded = Pictures.concat(new byte[7], PNG, new byte[5]);
    ByteBuffer heap = ByteBuffer.wrap(padded, 7, PNG.length);
    ByteBuffer direct = ByteBuffer.allocateDirect(padded.length).put(padded);
    direct.position(7).limit(7 + PNG.length);
    for (ByteBuffer file :
        List.of(heap, heap.asReadOnlyBuffer(), heap.slice(), direct, direct.asReadOnlyBuffer())) {
      int position = file.position();
      int limit = file.limit();
      ImageHeader header = vision().processor().inspect(file);
      assertEquals(new ImageHeader(ImageFormat.PNG, 50, 70, 1), header);
      ImageTensor tensor = vision().processor().process(List.of(file), TARGET, ImageLimits.DEFAULT);
      assertEquals(expected, tensor.data());
      assertEquals(position, file.position());
      assertEquals(limit, file.limit());
    }
  }

  @Test
  void theTensorIsNativeMemory() {
    for (int width = 1; width < 40; width++) {
      ImageTensor tensor = vision().process(PNG, VisionUnderTest.same(width, 1));
      assertTrue(tensor.data().isDirect());
      assertEquals(ByteOrder.nativeOrder(), tensor.data().order());
      assertEquals(3 * width, tensor.data().capacity());
    }
  }

  @Test
  void aBatchIsWhatItsImagesAreAlone() {
    List<byte[]> files = files();
    ImageTensor batch =
        vision()
            .processor()
            .process(files.stream().map(ByteBuffer::wrap).toList(), TARGET, ImageLimits.DEFAULT);
    assertEquals(files.size(), batch.batch());
    for (int i = 0; i < files.size(); i++) {
      assertEquals(vision().process(files.get(i), TARGET).data(), batch.image(i));
    }
  }

  @Test
  void refusesByTheHeaderWhatIsOverALimit() {
    for (ImageLimits limits :
        List.of(
            new ImageLimits(PNG.length - 1, 1000, 1_000_000),
            new ImageLimits(1 << 20, 69, 1_000_000),
            new ImageLimits(1 << 20, 1000, 3499))) {
      assertTooLarge(PNG, limits);
    }
  }

  @Test
  void refusesByTheHeaderBeforeItReadsOn() {
    // Its pixels are rubbish, which only who decodes or checks them finds out.
    byte[] rubbish =
        Pictures.concat(
            PngWriter.SIGNATURE,
            PngWriter.header(20_000, 20_000, 8, 2),
            PngWriter.chunk("IDAT", new byte[10]),
            PngWriter.chunk("IEND", new byte[0]));
    assertTooLarge(rubbish, ImageLimits.DEFAULT);
    assertEquals(20_000, vision().inspect(rubbish).width());
  }

  private void assertTooLarge(byte[] file, ImageLimits limits) {
    ImageException refusal =
        assertThrows(
            ImageException.class,
            () -> vision().processor().process(List.of(ByteBuffer.wrap(file)), TARGET, limits));
    assertEquals(ImageException.Reason.TOO_LARGE, refusal.reason());
  }

  @Test
  void refusesNonsenseOfTheCaller() {
    assertThrows(
        IllegalArgumentException.class,
        () -> vision().processor().process(List.of(), TARGET, ImageLimits.DEFAULT));
    Preprocessing huge = TARGET.withTiles(List.of(new Tile(1 << 20, 1 << 20, 0, 0)));
    assertThrows(IllegalArgumentException.class, () -> vision().process(PNG, huge));
  }

  @Test
  void saysWhenItIsClosed() {
    VisionUnderTest other = VisionUnderTest.of(provider());
    other.close();
    other.close();
    assertThrows(IllegalStateException.class, () -> other.inspect(PNG));
    assertThrows(IllegalStateException.class, () -> other.process(PNG, TARGET));
    assertEquals(50, vision().inspect(PNG).width());
  }

  @Test
  void severalThreadsGetWhatOneGets() throws InterruptedException, ExecutionException {
    List<byte[]> files = files();
    List<FloatBuffer> alone =
        files.stream().map(file -> vision().process(file, TARGET).data()).toList();
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Callable<FloatBuffer>> tasks = new ArrayList<>();
      for (int i = 0; i < 60 * files.size(); i++) {
        byte[] file = files.get(i % files.size());
        tasks.add(() -> vision().process(file, TARGET).data());
      }
      List<Future<FloatBuffer>> results = threads.invokeAll(tasks);
      for (int i = 0; i < results.size(); i++) {
        assertEquals(alone.get(i % files.size()), results.get(i).get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void leavesATensorAloneThatItHasHandedOn() {
    FloatBuffer first = vision().process(PNG, TARGET).data();
    float[] before = new float[first.capacity()];
    first.get(0, before);
    files().forEach(file -> vision().process(file, TARGET));
    float[] after = new float[first.capacity()];
    first.get(0, after);
    assertTrue(Arrays.equals(before, after));
  }
}

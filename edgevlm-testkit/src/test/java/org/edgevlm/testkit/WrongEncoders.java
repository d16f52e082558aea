package org.edgevlm.testkit;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.edgevlm.reference.ReferenceEncoderProvider;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.ImageEncoderFactory;
import org.edgevlm.spi.inference.ImageEncoderProvider;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelFormatException;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.testkit.intercept.Call;
import org.edgevlm.testkit.intercept.Interceptor;

/** For each rule of the encoder's contract, an encoder that breaks it and no other. */
final class WrongEncoders {

  private static final Supplier<ImageEncoderProvider> RIGHT = ReferenceEncoderProvider::new;

  private WrongEncoders() {}

  static Wrong<ImageEncoderProvider> all() {
    Wrong<ImageEncoderProvider> wrong = new Wrong<>();
    encoding(wrong);
    files(wrong);
    return wrong;
  }

  @SuppressWarnings("unchecked")
  private static List<ImageEmbedding> encoded(Call call) throws Throwable {
    return new ArrayList<>((List<ImageEmbedding>) call.proceed());
  }

  private static ImageTensor tensor(Call call) {
    return call.argument(0, ImageTensor.class);
  }

  private static List<ImageEmbedding> nothing(Call call) {
    int width = call.target(ImageEncoder.class).embeddingWidth();
    return Collections.nCopies(tensor(call).batch(), ImageEmbedding.allocate(4, width));
  }

  private static void encoding(Wrong<ImageEncoderProvider> wrong) {
    Class<?> encoder = ImageEncoder.class;
    wrong
        .breaks(
            "layoutsAreMadeForAnySize",
            RIGHT,
            encoder,
            "layout",
            call -> {
              if (call.argument(0, Integer.class) == 1) {
                throw new IllegalArgumentException("too narrow");
              }
              return call.proceed();
            })
        .breaks(
            "everyRowBecomesAnEmbedding",
            RIGHT,
            encoder,
            "encode",
            call -> {
              List<ImageEmbedding> all = encoded(call);
              return all.size() == 3 ? all.subList(0, 2) : all;
            })
        .breaks(
            "rowsOfABatchAreIndependent",
            RIGHT,
            encoder,
            "encode",
            call -> {
              List<ImageEmbedding> all = encoded(call);
              Collections.reverse(all);
              return all;
            })
        .breaks(
            "theEmbeddingIsOfThePicture", RIGHT, encoder, "encode", WrongEncoders::checkedNothing)
        .breaks(
            "theTensorIsLeftAlone",
            RIGHT,
            encoder,
            "encode",
            call -> {
              tensor(call).data().rewind();
              return call.proceed();
            })
        .breaks("embeddingsAreNotReused", RIGHT, WrongEncoders::oneBuffer)
        .breaks(
            "tensorsOfAnotherSizeAreRefused",
            RIGHT,
            encoder,
            "encode",
            call -> {
              try {
                return call.proceed();
              } catch (IllegalArgumentException e) {
                throw new IllegalStateException(e);
              }
            })
        .breaks(
            "encodingWorksInSeveralThreads",
            RIGHT,
            encoder,
            "encode",
            call ->
                Thread.currentThread().getName().startsWith("pool")
                    ? nothing(call)
                    : call.proceed())
        .breaks(
            "aClosedEncoderRefusesToEncode",
            RIGHT,
            encoder,
            "encode",
            call -> {
              try {
                return call.proceed();
              } catch (IllegalStateException e) {
                return nothing(call);
              }
            })
        .breaks(
            "theAssembledSetAnswers",
            RIGHT,
            encoder,
            "encode",
            call -> {
              FloatBuffer pixels = tensor(call).data();
              if (pixels.capacity() > 1 && pixels.get(0) == pixels.get(1) && pixels.get(0) != 0) {
                throw new IllegalStateException("flat pictures are not encoded");
              }
              return call.proceed();
            });
  }

  /** Nothing seen, but sizes and life are checked. */
  private static Object checkedNothing(Call call) throws Throwable {
    call.proceed();
    return nothing(call);
  }

  /** The first row of every batch is written to one place, a thread. */
  private static Interceptor oneBuffer() {
    ThreadLocal<ImageEmbedding> place = new ThreadLocal<>();
    return call -> {
      if (!call.is(ImageEncoder.class, "encode")) {
        return call.proceed();
      }
      List<ImageEmbedding> all = encoded(call);
      if (place.get() == null) {
        place.set(all.get(0));
      }
      place.get().data().put(0, all.get(0).data(), 0, all.get(0).data().capacity());
      all.set(0, place.get());
      return all;
    };
  }

  private static void files(Wrong<ImageEncoderProvider> wrong) {
    Class<?> factory = ImageEncoderFactory.class;
    AtomicInteger asked = new AtomicInteger();
    wrong
        .breaks(
            "theEstimateIsSteady",
            RIGHT,
            factory,
            "estimate",
            call ->
                ((MemoryEstimate) call.proceed())
                    .plus(new MemoryEstimate(asked.incrementAndGet(), 0, 0)))
        .breaks(
            "openingTellsItsProgress",
            RIGHT,
            factory,
            "open",
            call -> {
              LoadProgress progress = call.argument(1, LoadProgress.class);
              call.argument(1, (LoadProgress) (done, total) -> progress.update(done / 2, total));
              return call.proceed();
            })
        .breaks(
            "aBrokenFileIsRefused",
            RIGHT,
            factory,
            "open",
            call -> {
              try {
                return call.proceed();
              } catch (ModelFormatException e) {
                throw new IllegalArgumentException(e);
              }
            })
        .breaks("aFactoryCanBeClosedTwice", RIGHT, () -> WrongBackends.closesOnce(factory));
  }
}

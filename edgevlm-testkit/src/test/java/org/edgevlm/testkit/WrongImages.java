package org.edgevlm.testkit;

import static org.edgevlm.testkit.TamperedResult.swapped;
import static org.edgevlm.testkit.WrongBackends.RIGHT;

import org.edgevlm.spi.inference.ContextFullException;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.testkit.intercept.Call;
import org.edgevlm.testkit.intercept.Interceptor;

/** Backends that take images wrong. */
final class WrongImages {

  private WrongImages() {}

  private static boolean feedsImage(Call call) {
    return call.is(InferenceSession.class, "step") && call.arguments() == 2;
  }

  private static Interceptor images(Interceptor how) {
    return call -> feedsImage(call) ? how.around(call) : call.proceed();
  }

  static void addTo(Wrong<InferenceBackendProvider> wrong) {
    wrong
        .breaks(
            "anImageTakesItsPositions",
            RIGHT,
            () ->
                images(
                    call -> {
                      if (WrongSteps.outputs(call) == Outputs.NONE) {
                        call.argument(1, Outputs.LAST);
                      }
                      return call.proceed();
                    }))
        .breaks(
            "anImageIsSeen",
            RIGHT,
            () ->
                images(
                    call -> {
                      ImageEmbedding image = call.argument(0, ImageEmbedding.class);
                      if (image.tokens() == 4) {
                        ImageEmbedding copy = ImageEmbedding.allocate(4, image.width());
                        copy.data().put(0, image.data(), 0, 2 * image.width());
                        call.argument(0, copy);
                      }
                      return call.proceed();
                    }))
        .breaks(
            "everyRowOfAnImageBelongsToItsPosition",
            RIGHT,
            () ->
                images(
                    call ->
                        WrongSteps.outputs(call) == Outputs.ALL
                            ? swapped(call.proceed(), 0, 3)
                            : call.proceed()))
        .breaks(
            "anImageIsLeftAlone",
            RIGHT,
            () ->
                images(
                    call -> {
                      call.argument(0, ImageEmbedding.class).data().rewind();
                      return call.proceed();
                    }))
        .breaks(
            "anImageOfAnotherWidthIsRefused",
            RIGHT,
            () ->
                images(
                    call -> {
                      try {
                        return call.proceed();
                      } catch (IllegalArgumentException e) {
                        throw new IllegalStateException(e);
                      }
                    }))
        .breaks(
            "anImageBeyondTheContextIsRefused",
            RIGHT,
            () ->
                images(
                    call -> {
                      try {
                        return call.proceed();
                      } catch (ContextFullException e) {
                        throw new IllegalStateException(e);
                      }
                    }));
  }
}

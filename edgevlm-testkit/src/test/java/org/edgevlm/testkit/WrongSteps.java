package org.edgevlm.testkit;

import static org.edgevlm.testkit.TamperedResult.scaled;
import static org.edgevlm.testkit.TamperedResult.swapped;
import static org.edgevlm.testkit.WrongBackends.ALL;
import static org.edgevlm.testkit.WrongBackends.RIGHT;
import static org.edgevlm.testkit.WrongBackends.without;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.inference.ContextFullException;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.testkit.intercept.Call;
import org.edgevlm.testkit.intercept.Interceptor;

/** Backends that step or rewind wrong. */
final class WrongSteps {

  private WrongSteps() {}

  private static boolean feedsTokens(Call call) {
    return call.is(InferenceSession.class, "step") && call.arguments() == 4;
  }

  private static int count(Call call) {
    return call.argument(2, Integer.class);
  }

  private static int position(Call call) {
    return call.target(InferenceSession.class).position();
  }

  static Outputs outputs(Call call) {
    return call.argument(call.arguments() - 1, Outputs.class);
  }

  private static Interceptor tokens(Interceptor how) {
    return call -> feedsTokens(call) ? how.around(call) : call.proceed();
  }

  static void addTo(Wrong<InferenceBackendProvider> wrong) {
    steps(wrong);
    sessions(wrong);
    rewinds(wrong);
    WrongImages.addTo(wrong);
  }

  private static void steps(Wrong<InferenceBackendProvider> wrong) {
    Class<?> result = StepResult.class;
    wrong
        .breaks(
            "piecesEqualOneStep",
            RIGHT,
            () ->
                tokens(
                    call ->
                        position(call) == 5 && count(call) == 7
                            ? scaled(call.proceed(), 1.1)
                            : call.proceed()))
        .breaks(
            "everyRowBelongsToItsPosition",
            RIGHT,
            () ->
                tokens(
                    call ->
                        outputs(call) == Outputs.ALL && count(call) > 2
                            ? swapped(call.proceed(), 0, 1)
                            : call.proceed()))
        .breaks(
            "outputsChooseTheRows",
            RIGHT,
            () ->
                tokens(
                    call -> {
                      if (outputs(call) == Outputs.NONE && count(call) == 3) {
                        call.argument(3, Outputs.LAST);
                      }
                      return call.proceed();
                    }))
        .breaks(
            "rowsThatAreNotThereAreRefused",
            RIGHT,
            result,
            "logits",
            call -> {
              int rows = call.target(StepResult.class).rows();
              int row = call.argument(0, Integer.class);
              if (row >= rows && rows > 0) {
                call.argument(0, 0);
              }
              return call.proceed();
            })
        .breaks("theResultIsOneObject", RIGHT, () -> tokens(call -> scaled(call.proceed(), 1)))
        .breaks(
            "logitsAreReadOnlyAndFinite",
            RIGHT,
            result,
            "logits",
            call ->
                FloatBuffer.wrap(
                    Logits.copy(call.target(StepResult.class), call.argument(0, Integer.class))))
        .breaks(
            "argmaxIsTheLowestOfTheHighest",
            RIGHT,
            result,
            "argmax",
            call -> ((int) call.proceed() + 1) % 259)
        .breaks(
            "allLayersAreUsed",
            RIGHT,
            result,
            "layersUsed",
            call -> call.target(StepResult.class).rows() == 4 ? 1 : call.proceed())
        .breaks(
            "positionCountsWhatWasFed",
            RIGHT,
            InferenceSession.class,
            "position",
            call -> (int) call.proceed() == 9 ? 10 : call.proceed())
        .breaks(
            "tokensAreTakenFromTheirPlaceAndNotKept",
            RIGHT,
            () ->
                tokens(
                    call -> {
                      if (call.argument(1, Integer.class) == 7 && count(call) > 1) {
                        call.argument(1, 6);
                      }
                      return call.proceed();
                    }))
        .breaks(
            "theContextCanBeFilled",
            RIGHT,
            () -> {
              Set<Object> nearlyFull = Collections.synchronizedSet(new HashSet<>());
              return tokens(
                  call -> {
                    InferenceSession session = call.target(InferenceSession.class);
                    if (nearlyFull.contains(session)) {
                      throw new ContextFullException(position(call), 1, session.capacity());
                    }
                    if (count(call) == session.capacity() - 1) {
                      nearlyFull.add(session);
                    }
                    return call.proceed();
                  });
            })
        .breaks(
            "aStepBeyondTheContextIsRefused",
            RIGHT,
            () ->
                tokens(
                    call -> {
                      try {
                        return call.proceed();
                      } catch (ContextFullException e) {
                        throw new IllegalStateException(e);
                      }
                    }))
        .breaks(
            "aRefusedStepLeavesTheSession",
            RIGHT,
            () ->
                tokens(
                    call -> {
                      int[] tokens = call.argument(0, int[].class);
                      if (tokens != null && tokens.length == 2 && tokens[1] < 0) {
                        call.argument(0, new int[] {tokens[0], 0});
                      }
                      return call.proceed();
                    }));
  }

  private static void sessions(Wrong<InferenceBackendProvider> wrong) {
    wrong
        .breaks("sessionsAreIndependent", RIGHT, WrongSteps::oneBufferForAll)
        .breaks(
            "steppingIsRepeatable",
            RIGHT,
            () -> {
              int[] calls = new int[1];
              return call ->
                  call.is(StepResult.class, "logits")
                      ? noisy((FloatBuffer) call.proceed(), calls[0]++ * 1e-9f)
                      : call.proceed();
            })
        .breaks(
            "stepsOfSeveralSessionsEqualSingleSteps",
            RIGHT,
            LanguageModel.class,
            "step",
            call -> {
              List<Object> results = new ArrayList<>((List<?>) call.proceed());
              Collections.reverse(results);
              return results;
            })
        .breaks(
            "sessionsWorkInSeveralThreads",
            RIGHT,
            LanguageModel.class,
            "openSession",
            call -> {
              if (Thread.currentThread().getName().startsWith("pool")) {
                throw new IllegalStateException("opened in another thread");
              }
              return call.proceed();
            })
        .breaks(
            "aSessionMayWander",
            RIGHT,
            () -> {
              Map<Object, Thread> owners = Collections.synchronizedMap(new HashMap<>());
              return tokens(
                  call -> {
                    Thread now = Thread.currentThread();
                    Thread owner =
                        owners.computeIfAbsent(call.target(InferenceSession.class), s -> now);
                    if (owner != now) {
                      throw new IllegalStateException("stepped in another thread");
                    }
                    return call.proceed();
                  });
            })
        .breaks(
            "kvBytesAreTold",
            RIGHT,
            InferenceSession.class,
            "kvBytes",
            call -> 10 * (long) call.proceed());
  }

  /** The latest step of a thread, of whichever session, is what a result shows. */
  private static Interceptor oneBufferForAll() {
    ThreadLocal<float[]> latest = new ThreadLocal<>();
    return call -> {
      if (call.is(StepResult.class, "logits")) {
        FloatBuffer own = (FloatBuffer) call.proceed();
        boolean shared = latest.get() != null && call.target(StepResult.class).rows() == 1;
        return shared ? FloatBuffer.wrap(latest.get()).asReadOnlyBuffer() : own;
      }
      Object result = call.proceed();
      if (call.is(InferenceSession.class, "step")) {
        StepResult made = (StepResult) result;
        latest.set(made.rows() == 1 ? Logits.copy(made, 0) : null);
      }
      return result;
    };
  }

  private static FloatBuffer noisy(FloatBuffer logits, float noise) {
    float[] copy = new float[logits.limit()];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = logits.get(i) * (1 + noise) + noise;
    }
    return FloatBuffer.wrap(copy).asReadOnlyBuffer();
  }

  private static void rewinds(Wrong<InferenceBackendProvider> wrong) {
    Class<?> session = InferenceSession.class;
    wrong
        .breaks(
            "rewindForgets",
            RIGHT,
            session,
            "rewind",
            call -> {
              if (call.argument(0, Integer.class) == 5 && position(call) > 5) {
                call.argument(0, 6);
              }
              return call.proceed();
            })
        .breaks(
            "rewindToTheEndChangesNothing",
            RIGHT,
            session,
            "rewind",
            call -> {
              if (call.argument(0, Integer.class) == position(call)) {
                throw new IllegalStateException("nothing to rewind");
              }
              return call.proceed();
            })
        .breaks(
            "rewindRefusesOtherPositions",
            RIGHT,
            session,
            "rewind",
            call -> call.argument(0, Integer.class) < 0 ? null : call.proceed())
        .breaks(
            "rewindKeepsWhatIsGone",
            RIGHT,
            session,
            "rewind",
            call -> {
              if (call.argument(0, Integer.class) == 6) {
                call.argument(0, 5);
              }
              return call.proceed();
            })
        .breaks(
            "rewindIsRefusedWithoutTheCapability",
            without(ALL, Capability.REWIND),
            session,
            "rewind",
            call -> {
              try {
                return call.proceed();
              } catch (PluginException e) {
                return null;
              }
            });
  }
}

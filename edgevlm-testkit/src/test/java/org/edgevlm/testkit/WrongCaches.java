package org.edgevlm.testkit;

import static org.edgevlm.testkit.TamperedResult.scaled;
import static org.edgevlm.testkit.WrongBackends.ALL;
import static org.edgevlm.testkit.WrongBackends.RIGHT;
import static org.edgevlm.testkit.WrongBackends.claimsLess;
import static org.edgevlm.testkit.WrongBackends.without;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.inference.Confidence;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.testkit.intercept.Call;
import org.edgevlm.testkit.intercept.Interceptor;

/** Backends whose caches, attention sums or early exits are wrong. */
final class WrongCaches {

  private WrongCaches() {}

  static void addTo(Wrong<InferenceBackendProvider> wrong) {
    retains(wrong);
    compression(wrong);
    attention(wrong);
    exits(wrong);
  }

  private static int[] entries(Call call) {
    return call.argument(1, int[].class);
  }

  private static int count(Call call) {
    return call.argument(2, Integer.class);
  }

  private static void retains(Wrong<InferenceBackendProvider> wrong) {
    Class<?> cache = KvCache.class;
    wrong
        .breaks(
            "thereIsNoCacheWithoutTheCapability",
            claimsLess(without(ALL, Capability.ATTENTION_SCORES), Capability.LAYERWISE_KV),
            () -> Wrong::answer)
        .breaks("everyPositionHasAnEntryInEveryLayer", RIGHT, cache, "isImage", call -> false)
        .breaks(
            "retainKeepsWhatIsNamed",
            RIGHT,
            cache,
            "values",
            call -> {
              call.proceed();
              if (call.target(KvCache.class).length(call.argument(0, Integer.class)) == 4) {
                call.argument(2, float[].class)[0]++;
              }
              return null;
            })
        .breaks(
            "retainHonoursTheCount",
            RIGHT,
            cache,
            "retain",
            call -> {
              if (count(call) > 0 && entries(call).length > count(call)) {
                call.argument(2, entries(call).length);
              }
              return call.proceed();
            })
        .breaks("retainFreesMemory", RIGHT, InferenceSession.class, "kvBytes", call -> 8000L)
        .breaks(
            "bytesAddUp",
            RIGHT,
            InferenceSession.class,
            "kvBytes",
            call -> (long) call.proceed() / 2)
        .breaks(
            "aWrongRetainIsRefused",
            RIGHT,
            cache,
            "retain",
            call -> {
              if (count(call) > 0 && count(call) <= entries(call).length) {
                Arrays.sort(entries(call), 0, count(call));
              }
              return call.proceed();
            })
        .breaks(
            "retainingEverythingChangesNothing",
            RIGHT,
            cache,
            "retain",
            call -> {
              if (count(call) == 6) {
                call.argument(1, new int[] {1, 2, 3, 4, 5});
                call.argument(2, 5);
              }
              return call.proceed();
            })
        .breaks(
            "droppedEntriesAreForgotten",
            RIGHT,
            cache,
            "retain",
            call -> {
              int layer = call.argument(0, Integer.class);
              boolean last = count(call) == 1 && entries(call)[0] == 0;
              return last && call.target(KvCache.class).length(layer) == 4 ? null : call.proceed();
            });
  }

  /** Adds to a number of each row of a layer that has so many compressed entries. */
  private static Interceptor offWith(int layer, int compressed) {
    return call -> {
      call.proceed();
      if (call.argument(0, Integer.class) == layer
          && call.target(KvCache.class).compressed(layer) == compressed) {
        call.argument(2, float[].class)[0] += 10;
      }
      return null;
    };
  }

  private static void compression(Wrong<InferenceBackendProvider> wrong) {
    Class<?> cache = KvCache.class;
    wrong
        .breaks("compressionTakesLess", RIGHT, cache, "compress", call -> null)
        .breaks("compressedEntriesAreNearWhatTheyWere", RIGHT, cache, "keys", offWith(1, 24))
        .breaks("otherCompressedEntriesStayAsTheyAre", RIGHT, cache, "values", offWith(0, 5))
        .breaks(
            "compressionIsRefusedWithoutTheCapability",
            without(ALL, Capability.KV_QUANTIZATION),
            cache,
            "compress",
            call -> null);
  }

  private static Interceptor doubled() {
    return call -> {
      call.proceed();
      float[] attention = call.argument(1, float[].class);
      for (int i = 0; i < attention.length; i++) {
        attention[i] *= 2;
      }
      return null;
    };
  }

  private static void attention(Wrong<InferenceBackendProvider> wrong) {
    Class<?> cache = KvCache.class;
    wrong
        .breaks(
            "accumulatedAttentionSumsToTheQueries", RIGHT, cache, "accumulatedAttention", doubled())
        .breaks("recentAttentionSumsToTheWindow", RIGHT, cache, "recentAttention", doubled())
        .breaks(
            "untrackedAttentionIsRefused",
            RIGHT,
            cache,
            "recentAttention",
            call -> {
              try {
                return call.proceed();
              } catch (IllegalStateException e) {
                return null;
              }
            })
        .breaks(
            "trackingChangesNothing",
            RIGHT,
            () ->
                sessionsOpenedWith(
                    options ->
                        options.attention().accumulated()
                            && options.attention().recentQueries() > 0,
                    (options, call) -> scaled(call.proceed(), 1.1)))
        .breaks(
            "trackingIsRefusedWithoutTheCapability",
            without(ALL, Capability.ATTENTION_SCORES),
            LanguageModel.class,
            "openSession",
            call -> {
              SessionOptions wanted = call.argument(0, SessionOptions.class);
              call.argument(
                  0, new SessionOptions(SessionOptions.DEFAULT.attention(), wanted.earlyExit()));
              return call.proceed();
            });
  }

  private interface StepBreak {
    Object around(SessionOptions options, Call call) throws Throwable;
  }

  private interface Choice {
    boolean of(SessionOptions options);
  }

  /** Breaks the steps of tokens in sessions that were opened in a certain way. */
  private static Interceptor sessionsOpenedWith(Choice choice, StepBreak how) {
    Map<Object, SessionOptions> opened = Collections.synchronizedMap(new HashMap<>());
    return call -> {
      if (call.is(LanguageModel.class, "openSession")) {
        SessionOptions options = call.argument(0, SessionOptions.class);
        Object session = call.proceed();
        if (choice.of(options)) {
          opened.put(session, options);
        }
        return session;
      }
      if (call.is(InferenceSession.class, "step") && call.arguments() == 4) {
        SessionOptions options = opened.get(call.target(InferenceSession.class));
        return options == null ? call.proceed() : how.around(options, call);
      }
      return call.proceed();
    };
  }

  private static void exits(Wrong<InferenceBackendProvider> wrong) {
    Choice exiting = options -> options.earlyExit().isPresent();
    wrong
        .breaks("aStepEndsAtItsExit", RIGHT, StepResult.class, "layersUsed", call -> 2)
        .breaks(
            "aRuleThatSaysNoChangesNothing",
            RIGHT,
            () ->
                sessionsOpenedWith(
                    exiting,
                    (options, call) ->
                        count(call) == 1 && call.target(InferenceSession.class).position() == 5
                            ? scaled(call.proceed(), 1.1)
                            : call.proceed()))
        .breaks(
            "prefillGoesToTheEnd",
            RIGHT,
            () ->
                sessionsOpenedWith(
                    exiting,
                    (options, call) -> {
                      if (count(call) == 6) {
                        options.earlyExit().get().rule().exit(1, new Sure(1, 1, 0));
                      }
                      return call.proceed();
                    }))
        .breaks(
            "theRuleIsAskedInTurn",
            RIGHT,
            LanguageModel.class,
            "openSession",
            call -> {
              SessionOptions wanted = call.argument(0, SessionOptions.class);
              call.argument(
                  0,
                  new SessionOptions(
                      wanted.attention(), wanted.earlyExit().map(WrongCaches::overSure)));
              return call.proceed();
            })
        .breaks(
            "stepsThatEndedEarlyAreCompleted",
            RIGHT,
            InferenceSession.class,
            "complete",
            call -> scaled(call.proceed(), 1.1))
        .breaks(
            "exitsAreRefusedWithoutTheCapability",
            without(ALL, Capability.EARLY_EXIT),
            LanguageModel.class,
            "openSession",
            WrongCaches::openWithoutExits)
        .breaks(
            "exitsBeyondTheModelAreRefused",
            RIGHT,
            LanguageModel.class,
            "openSession",
            call -> {
              SessionOptions wanted = call.argument(0, SessionOptions.class);
              boolean beyond =
                  wanted.earlyExit().map(EarlyExit::layers).equals(Optional.of(List.of(3)));
              return beyond ? openWithoutExits(call) : call.proceed();
            });
  }

  private static Object openWithoutExits(Call call) throws Throwable {
    SessionOptions wanted = call.argument(0, SessionOptions.class);
    call.argument(0, new SessionOptions(wanted.attention(), Optional.empty()));
    return call.proceed();
  }

  private static EarlyExit overSure(EarlyExit wanted) {
    return new EarlyExit(
        wanted.layers(),
        (layer, confidence) -> wanted.rule().exit(layer, new Sure(confidence.max(), 2, 0)));
  }

  private record Sure(float max, float margin, float entropy) implements Confidence {}
}

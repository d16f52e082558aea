package org.edgevlm.testkit;

import static org.edgevlm.testkit.TamperedResult.scaled;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.edgevlm.reference.ReferenceBackendProvider;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.Support;
import org.edgevlm.spi.inference.ChatMessage;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.GrammarException;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelFormatException;
import org.edgevlm.spi.inference.ModelInfo;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.TokenConstraint;
import org.edgevlm.spi.inference.Tokenizer;
import org.edgevlm.testkit.intercept.Interception;
import org.edgevlm.testkit.intercept.Interceptor;

/** For each rule of the backend's contract, a backend that breaks it and no other. */
final class WrongBackends {

  static final Set<Capability> ALL = ReferenceBackendProvider.ALL;
  static final Supplier<InferenceBackendProvider> RIGHT = ReferenceBackendProvider::new;
  private static final int LETTER = 'Z';

  private WrongBackends() {}

  static Supplier<InferenceBackendProvider> without(Set<Capability> all, Capability missing) {
    EnumSet<Capability> few = EnumSet.copyOf(all);
    few.remove(missing);
    return () -> new ReferenceBackendProvider("reference", few, new ArrayList<>());
  }

  /** A backend that keeps quiet about something it has. */
  static Supplier<InferenceBackendProvider> claimsLess(
      Supplier<InferenceBackendProvider> backend, Capability hidden) {
    return () ->
        Interception.of(
            backend.get(),
            call -> {
              if (!call.is(InferenceBackendProvider.class, "capabilities")) {
                return call.proceed();
              }
              Set<Capability> claimed = EnumSet.noneOf(Capability.class);
              claimed.addAll(call.target(InferenceBackendProvider.class).capabilities());
              claimed.remove(hidden);
              return claimed;
            });
  }

  static Wrong<InferenceBackendProvider> all() {
    Wrong<InferenceBackendProvider> wrong = new Wrong<>();
    providers(wrong);
    files(wrong);
    lives(wrong);
    WrongSteps.addTo(wrong);
    WrongCaches.addTo(wrong);
    vocabulary(wrong);
    grammars(wrong);
    return wrong;
  }

  private static void providers(Wrong<InferenceBackendProvider> wrong) {
    Class<?> provider = InferenceBackendProvider.class;
    AtomicInteger asked = new AtomicInteger();
    wrong
        .breaks("theRegistryTakesIt", RIGHT, provider, "description", call -> "two\nlines")
        .breaks("whatItSaysIsSteady", RIGHT, provider, "priority", call -> asked.incrementAndGet())
        .breaks(
            "supportIsExplained",
            RIGHT,
            provider,
            "supports",
            call ->
                call.argument(0, Platform.class).os().equals("plan9")
                    ? Support.no("")
                    : call.proceed())
        .breaks(
            "keysTakeTheirDefaults",
            RIGHT,
            provider,
            "configKeys",
            call -> {
              List<Object> keys = new ArrayList<>((List<?>) call.proceed());
              keys.add(ConfigKey.text("unexplained", "", ""));
              return keys;
            });
  }

  private static void files(Wrong<InferenceBackendProvider> wrong) {
    AtomicInteger asked = new AtomicInteger();
    wrong
        .breaks(
            "theShapeMakesSense",
            RIGHT,
            LanguageModel.class,
            "info",
            call -> {
              ModelInfo info = (ModelInfo) call.proceed();
              return new ModelInfo(
                  info.name(),
                  info.architecture(),
                  info.layers(),
                  info.width(),
                  info.heads(),
                  info.kvHeads(),
                  info.headWidth(),
                  info.vocabularySize(),
                  info.contextLength(),
                  0,
                  info.exitLayers(),
                  info.metadata());
            })
        .breaks(
            "theEstimateIsSteady",
            RIGHT,
            InferenceBackend.class,
            "estimate",
            call ->
                ((MemoryEstimate) call.proceed())
                    .plus(new MemoryEstimate(asked.incrementAndGet(), 0, 0)))
        .breaks(
            "loadingTellsItsProgress",
            RIGHT,
            InferenceBackend.class,
            "load",
            call -> {
              LoadProgress progress = call.argument(1, LoadProgress.class);
              call.argument(1, (LoadProgress) (done, total) -> progress.update(done / 2, total));
              return call.proceed();
            })
        .breaks(
            "aBrokenFileIsRefused",
            RIGHT,
            InferenceBackend.class,
            "estimate",
            call -> {
              try {
                return call.proceed();
              } catch (ModelFormatException e) {
                throw new IllegalArgumentException(e);
              }
            })
        .breaks("modelsCanBeOpenBesideEachOther", RIGHT, WrongBackends::secondModelIsOff);
  }

  private static Interceptor secondModelIsOff() {
    Set<Object> wrong = Collections.synchronizedSet(new HashSet<>());
    AtomicInteger loads = new AtomicInteger();
    return call -> {
      Object result = call.proceed();
      if (call.is(InferenceBackend.class, "load") && loads.incrementAndGet() > 1) {
        wrong.add(result);
      }
      if (call.is(LanguageModel.class, "openSession")
          && wrong.contains(call.target(LanguageModel.class))) {
        wrong.add(result);
      }
      return call.is(InferenceSession.class, "step")
              && wrong.contains(call.target(InferenceSession.class))
          ? scaled(result, 1.1)
          : result;
    };
  }

  private static void lives(Wrong<InferenceBackendProvider> wrong) {
    wrong
        .breaks(
            "aClosedSessionRefusesSteps",
            RIGHT,
            () -> {
              Map<Object, Object> last = Collections.synchronizedMap(new HashMap<>());
              return call -> {
                if (!call.is(InferenceSession.class, "step")) {
                  return call.proceed();
                }
                Object session = call.target(InferenceSession.class);
                try {
                  last.put(session, call.proceed());
                } catch (IllegalStateException e) {
                  // What a session without a check for it would do.
                  return last.get(session);
                }
                return last.get(session);
              };
            })
        .breaks(
            "aClosedModelOpensNoSession",
            RIGHT,
            () -> {
              List<LanguageModel> open = new ArrayList<>();
              return call -> {
                Object result;
                try {
                  result = call.proceed();
                } catch (IllegalStateException e) {
                  if (call.is(LanguageModel.class, "openSession")) {
                    return open.get(0).openSession(SessionOptions.DEFAULT);
                  }
                  throw e;
                }
                if (result instanceof LanguageModel model) {
                  open.add(model);
                }
                return result;
              };
            })
        .breaks("aBackendCanBeClosedTwice", RIGHT, () -> closesOnce(InferenceBackend.class))
        .breaks(
            "theAssembledSetAnswers",
            RIGHT,
            () -> {
              AtomicInteger prompts = new AtomicInteger();
              return call ->
                  call.is(InferenceSession.class, "step")
                          && call.arguments() == 4
                          && call.argument(2, Integer.class) == "What is there?".length()
                          && prompts.incrementAndGet() % 2 == 0
                      ? scaled(call.proceed(), -1)
                      : call.proceed();
            });
  }

  /** A second close of these things fails. */
  static Interceptor closesOnce(Class<?> type) {
    Set<Object> closed = Collections.synchronizedSet(new HashSet<>());
    return call -> {
      if (call.is(type, "close") && !closed.add(call.target(Object.class))) {
        throw new IllegalStateException("closed before");
      }
      return call.proceed();
    };
  }

  private static void vocabulary(Wrong<InferenceBackendProvider> wrong) {
    Class<?> tokenizer = Tokenizer.class;
    wrong
        .breaks(
            "piecesMakeTheText",
            RIGHT,
            tokenizer,
            "encode",
            call -> {
              call.argument(0, call.argument(0, String.class).stripTrailing());
              return call.proceed();
            })
        .breaks(
            "tokensAreInTheVocabulary",
            RIGHT,
            tokenizer,
            "piece",
            call -> call.argument(0, Integer.class) < 0 ? new byte[0] : call.proceed())
        .breaks(
            "encodeAddsNoBeginOfText",
            RIGHT,
            tokenizer,
            "encode",
            call -> {
              if (call.argument(1, Boolean.class)) {
                call.argument(0, "<s>" + call.argument(0, String.class));
              }
              return call.proceed();
            })
        .breaks(
            "someTokenEndsAnAnswer",
            RIGHT,
            tokenizer,
            "isEndOfGeneration",
            call -> call.argument(0, Integer.class) == LETTER ? true : call.proceed())
        .breaks(
            "controlTextsBecomeTokensWhereAskedFor",
            RIGHT,
            tokenizer,
            "encode",
            call -> {
              call.argument(1, false);
              return call.proceed();
            })
        .breaks(
            "usersCannotForgeControlTokens",
            RIGHT,
            tokenizer,
            "encode",
            call -> {
              call.argument(1, true);
              return call.proceed();
            })
        .breaks(
            "encodingWorksInSeveralThreads",
            RIGHT,
            tokenizer,
            "encode",
            call ->
                Thread.currentThread().getName().startsWith("pool") ? new int[0] : call.proceed())
        .breaks(
            "theChatTemplateKeepsWhatIsSaid",
            RIGHT,
            tokenizer,
            "applyChatTemplate",
            call -> {
              List<?> messages = call.argument(0, List.class);
              ChatMessage first = (ChatMessage) messages.get(0);
              call.argument(0, List.of(first));
              return call.proceed();
            });
  }

  private static void grammars(Wrong<InferenceBackendProvider> wrong) {
    Class<?> constraint = TokenConstraint.class;
    wrong
        .breaks(
            "answersAreTheGrammars",
            RIGHT,
            LanguageModel.class,
            "constrain",
            call -> {
              Grammar wanted = call.argument(0, Grammar.class);
              if (wanted.text().contains("boolean")) {
                call.argument(0, new Grammar(Grammar.Kind.JSON_SCHEMA, "{\"type\":\"null\"}"));
              }
              return call.proceed();
            })
        .breaks("maskAgreesWithAllows", RIGHT, constraint, "mask", call -> null)
        .breaks(
            "aTokenThatIsNotAllowedIsRefused",
            RIGHT,
            constraint,
            "accept",
            call ->
                call.target(TokenConstraint.class).allows(call.argument(0, Integer.class))
                    ? call.proceed()
                    : null)
        .breaks("aCopyGoesItsOwnWay", RIGHT, WrongBackends::copiesShareTheirState)
        .breaks(
            "anAnswerEndsWhereItIsComplete",
            RIGHT,
            () -> {
              Set<Object> asked = Collections.synchronizedSet(new HashSet<>());
              return call ->
                  call.is(constraint, "allows") && asked.add(call.target(Object.class))
                      ? (Object)
                          (call.argument(0, Integer.class) == 257 || (boolean) call.proceed())
                      : call.proceed();
            })
        .breaks(
            "aBrokenGrammarIsRefused",
            RIGHT,
            LanguageModel.class,
            "constrain",
            call -> {
              try {
                return call.proceed();
              } catch (GrammarException e) {
                throw new IllegalArgumentException(e);
              }
            })
        .breaks("closingAConstraintIsIdempotent", RIGHT, () -> closesOnce(TokenConstraint.class))
        .breaks(
            "grammarsAreRefusedWithoutTheCapability",
            claimsLess(RIGHT, Capability.GRAMMAR),
            () -> Wrong::answer);
  }

  private static Interceptor copiesShareTheirState() {
    Map<Object, TokenConstraint> originals = Collections.synchronizedMap(new HashMap<>());
    return call -> {
      if (call.is(TokenConstraint.class, "copy")) {
        Object copy = call.proceed();
        originals.put(copy, call.target(TokenConstraint.class));
        return copy;
      }
      if (call.is(TokenConstraint.class, "accept")
          && originals.containsKey(call.target(Object.class))) {
        originals.get(call.target(Object.class)).accept(call.argument(0, Integer.class));
      }
      return call.proceed();
    };
  }
}

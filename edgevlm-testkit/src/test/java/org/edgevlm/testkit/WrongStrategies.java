package org.edgevlm.testkit;

import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.edgevlm.reference.DraftStrategyProvider;
import org.edgevlm.reference.ReferenceTokenizer;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.decoding.DecodingReport;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.testkit.intercept.Interceptor;

/** For each rule of the strategy's contract, a strategy that breaks it. */
final class WrongStrategies {

  private static final Supplier<DecodingStrategyProvider> RIGHT = TestSet::builtIn;

  private WrongStrategies() {}

  /** One token after the other, with places to go wrong. */
  private static class Loop {

    DecodingReport decode(DecodingTask task) {
      StepResult logits = task.promptLogits();
      int limit = task.remaining();
      for (int emitted = 0; true; emitted++) {
        int token = choose(task, logits, emitted);
        if (!task.emit(token, layers(logits))) {
          boolean cancelled = emitted + 1 < limit && token != ReferenceTokenizer.END;
          after(task, token, cancelled);
          return DecodingReport.NONE;
        }
        logits = task.session().step(new int[] {token}, 0, 1, Outputs.LAST);
        looked(task);
      }
    }

    int choose(DecodingTask task, StepResult logits, int place) {
      return task.sampler().sample(logits, 0);
    }

    int layers(StepResult logits) {
      return logits.layersUsed(0);
    }

    void looked(DecodingTask task) {}

    void after(DecodingTask task, int token, boolean cancelled) {}
  }

  private static Supplier<Interceptor> decodes(Loop loop) {
    return () ->
        call ->
            call.is(DecodingStrategy.class, "decode")
                ? loop.decode(call.argument(0, DecodingTask.class))
                : call.proceed();
  }

  static Wrong<DecodingStrategyProvider> all() {
    Wrong<DecodingStrategyProvider> wrong = new Wrong<>();
    endings(wrong);
    choices(wrong);
    return wrong
        .breaks(
            "itNeedsSteps",
            RIGHT,
            DecodingStrategyProvider.class,
            "requires",
            call -> Set.of(Capability.REWIND))
        .breaks(
            "closingFreesItsModels",
            DraftStrategyProvider::new,
            DecodingStrategy.class,
            "close",
            call -> null)
        .breaks("sessionsAreClosedAfterEachAnswer", RIGHT, WrongStrategies::leavesSessions)
        // The model can't be closed any more, which shows wherever an answer is cancelled.
        .also("sessionsAreClosedAfterEachAnswer", "cancellingEndsAnAnswer");
  }

  private static Interceptor leavesSessions() {
    AtomicReference<LanguageModel> target = new AtomicReference<>();
    Loop loop =
        new Loop() {
          @Override
          void after(DecodingTask task, int token, boolean cancelled) {
            if (cancelled) {
              target.get().openSession(SessionOptions.DEFAULT);
            }
          }
        };
    return call -> {
      if (call.is(DecodingStrategyProvider.class, "create")) {
        target.set(call.argument(0, DecodingContext.class).target());
      }
      return decodes(loop).get().around(call);
    };
  }

  private static void endings(Wrong<DecodingStrategyProvider> wrong) {
    wrong
        .breaks(
            "emitDecidesTheEnd",
            RIGHT,
            decodes(
                new Loop() {
                  @Override
                  void after(DecodingTask task, int token, boolean cancelled) {
                    task.session().step(new int[] {token}, 0, 1, Outputs.NONE);
                    try {
                      task.emit(token, 1);
                    } catch (PluginException e) {
                      // Goes on all the same.
                      return;
                    }
                  }
                }))
        .breaks(
            "theSessionHoldsTheAnswer",
            RIGHT,
            decodes(
                new Loop() {
                  @Override
                  void after(DecodingTask task, int token, boolean cancelled) {
                    task.session().step(new int[] {token, token}, 0, 2, Outputs.NONE);
                  }
                }))
        .breaks(
            "lentThingsAreLeftAlone",
            RIGHT,
            decodes(
                new Loop() {
                  @Override
                  void after(DecodingTask task, int token, boolean cancelled) {
                    task.sampler().close();
                  }
                }))
        .breaks(
            "cancellingEndsAnAnswer",
            RIGHT,
            decodes(
                new Loop() {
                  @Override
                  void after(DecodingTask task, int token, boolean cancelled) {
                    if (cancelled) {
                      throw new IllegalStateException("was not finished");
                    }
                  }
                }));
  }

  private static void choices(Wrong<DecodingStrategyProvider> wrong) {
    AtomicInteger draws = new AtomicInteger();
    wrong
        .breaks(
            "tokensAreInTheVocabulary",
            RIGHT,
            decodes(
                new Loop() {
                  @Override
                  int layers(StepResult logits) {
                    return logits.layersUsed(0) + 7;
                  }
                }))
        .breaks(
            "samplerCopiesAreClosed",
            RIGHT,
            decodes(
                new Loop() {
                  @Override
                  @SuppressWarnings("resource")
                  int choose(DecodingTask task, StepResult logits, int place) {
                    if (place == 0 && task.remaining() <= 5) {
                      task.sampler().copy().sample(logits, 0);
                    }
                    return super.choose(task, logits, place);
                  }
                }))
        .breaks(
            "resultsAreNotStale",
            RIGHT,
            decodes(
                new Loop() {
                  @Override
                  void looked(DecodingTask task) {
                    int position = task.session().position();
                    task.session().rewind(position);
                    task.promptLogits().layersUsed(0);
                  }
                }))
        .breaks(
            "greedyAnswersAreTheModels",
            RIGHT,
            decodes(
                new Loop() {
                  @Override
                  int choose(DecodingTask task, StepResult logits, int place) {
                    float[] chances = new float[logits.vocabularySize()];
                    task.sampler().probabilities(logits, 0, chances);
                    int chosen = super.choose(task, logits, place);
                    return place == 0 && chances[chosen] == 1 ? 'A' : chosen;
                  }
                }))
        .breaks(
            "answersAreRepeatable",
            RIGHT,
            decodes(
                new Loop() {
                  @Override
                  int choose(DecodingTask task, StepResult logits, int place) {
                    for (int i = draws.incrementAndGet() % 3; i > 0; i--) {
                      task.sampler().uniform();
                    }
                    return super.choose(task, logits, place);
                  }
                }))
        .breaks(
            "requestsDoNotSeeEachOther",
            RIGHT,
            decodes(
                new Loop() {
                  @Override
                  int choose(DecodingTask task, StepResult logits, int place) {
                    boolean elsewhere = Thread.currentThread().getName().startsWith("pool");
                    return elsewhere ? 'A' : super.choose(task, logits, place);
                  }
                }))
        .breaks(
            "aGrammarHolds",
            RIGHT,
            decodes(
                new Loop() {
                  @Override
                  int choose(DecodingTask task, StepResult logits, int place) {
                    float[] chances = new float[logits.vocabularySize()];
                    task.sampler().probabilities(logits, 0, chances);
                    int possible = 0;
                    for (float chance : chances) {
                      possible += chance > 0 ? 1 : 0;
                    }
                    // Two ways to begin, yes and no: the grammar's doing.
                    return possible == 2 ? 'x' : super.choose(task, logits, place);
                  }
                }));
  }
}

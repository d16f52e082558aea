package org.edgevlm.dist.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;

/** Several threads with one model, each with sessions of its own. */
final class Rivals {

  private static final int ROUNDS = 8;

  private Rivals() {}

  /** Each thread opens, steps, reads, rewinds and closes. */
  static void together(LanguageModel model, int threads) throws Exception {
    run(threads, () -> rounds(model));
  }

  /** The model is closed, over and over, while others open sessions and encode texts. */
  static void closing(Supplier<LanguageModel> opener) throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      LanguageModel model = opener.get();
      try {
        run(3, () -> rounds(model), () -> closeSoon(model));
      } finally {
        model.close();
      }
    }
  }

  private static Void rounds(LanguageModel model) {
    int[] tokens = {1, 2, 3, 4};
    for (int i = 0; i < ROUNDS; i++) {
      InferenceSession session =
          Calls.attempt("open", () -> model.openSession(SessionOptions.DEFAULT));
      Calls.attempt("encode", () -> model.tokenizer().encode("the red cat", true));
      if (session != null) {
        try (session) {
          Calls.attempt("step", () -> session.step(tokens, 0, 4, Outputs.ALL).argmax(3));
          Calls.attempt("rewind", () -> session.rewind(2));
          Calls.attempt("step", () -> session.step(tokens, 0, 1, Outputs.LAST).argmax(0));
        }
      }
    }
    return null;
  }

  private static Void closeSoon(LanguageModel model) {
    for (int i = 0; i < 4 * ROUNDS; i++) {
      Calls.attempt("close", model::close);
      Thread.yield();
    }
    return null;
  }

  @SafeVarargs
  private static void run(int threads, Callable<Void>... work) throws Exception {
    int each = Math.max(1, Math.min(threads, 32));
    ExecutorService executor = Executors.newFixedThreadPool(each * work.length);
    try {
      List<Future<Void>> futures = new ArrayList<>();
      for (int i = 0; i < each; i++) {
        for (Callable<Void> one : work) {
          futures.add(executor.submit(one));
        }
      }
      for (Future<Void> future : futures) {
        future.get();
      }
    } catch (ExecutionException e) {
      throw new Calls.Finding("in a thread: " + e.getCause().getMessage(), e.getCause());
    } finally {
      executor.shutdown();
    }
  }
}

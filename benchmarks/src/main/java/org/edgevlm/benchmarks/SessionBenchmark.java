package org.edgevlm.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.SessionOptions;

/** What a token allocates on the Java heap, and what a session costs. */
final class SessionBenchmark {

  /** A graph serves as many tokens; each of these many builds one. */
  private static final int TOKENS = 64;

  private static final int SESSIONS = 20;

  private final LanguageModel model;
  private final Rounds rounds;
  private final Report report;

  SessionBenchmark(LanguageModel model, Rounds rounds, Report report) {
    this.model = model;
    this.rounds = rounds;
    this.report = report;
  }

  void run() {
    Samples bytes = rounds.measure(Map.of("", this::allocated)).get("");
    report.add(Row.of("allocated on the heap", "B/tok", "ours", bytes));
    Samples empty = rounds.measure(Map.of("", this::openAndClose)).get("");
    report.add(Row.of("session open and close", "ms", "ours", empty));
    Samples used = rounds.measure(Map.of("", this::openUseAndClose)).get("");
    report.add(Row.of("session open, one token, close", "ms", "ours", used));
  }

  private double allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    try (Decoding session = new OwnDecoding(model, SessionOptions.DEFAULT)) {
      int token = session.decode(1);
      long before = threads.getThreadAllocatedBytes(self);
      for (int i = 0; i < TOKENS; i++) {
        token = session.decode(token);
      }
      return (threads.getThreadAllocatedBytes(self) - before) / (double) TOKENS;
    }
  }

  private double openAndClose() {
    return Rounds.millis(
            () -> {
              for (int i = 0; i < SESSIONS; i++) {
                new OwnDecoding(model, SessionOptions.DEFAULT).close();
              }
            })
        / SESSIONS;
  }

  private double openUseAndClose() {
    return Rounds.millis(
        () -> {
          try (Decoding session = new OwnDecoding(model, SessionOptions.DEFAULT)) {
            session.decode(1);
          }
        });
  }
}

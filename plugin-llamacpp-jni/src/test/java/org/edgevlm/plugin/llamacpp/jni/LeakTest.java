package org.edgevlm.plugin.llamacpp.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelFiles;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.TokenConstraint;
import org.junit.jupiter.api.Test;

/** Memory that models, sessions and constraints take, and give back. */
class LeakTest {

  private static final Grammar GRAMMAR = new Grammar(Grammar.Kind.GBNF, "root ::= [a-z]{1,50}");

  @Test
  void nothingIsLeftBehind() throws IOException {
    Probe.Result result = Probe.run(LeakTest.class, List.of("-Xmx64m"));
    assertEquals(0, result.status(), result::output);
    String[] figures = result.output().strip().lines().reduce((a, b) -> b).orElse("").split(" ");
    long sessions = Long.parseLong(figures[0]);
    long models = Long.parseLong(figures[1]);
    long held = Long.parseLong(figures[2]);
    long estimate = Long.parseLong(figures[3]);
    // malloc keeps some. A session's K and V are 6 MiB: 600 of them, or 20 models, are far more.
    assertTrue(sessions < 48_000, "200 sessions left " + sessions + " KiB");
    assertTrue(models < 48_000, "20 models left " + models + " KiB");
    assertTrue(held <= estimate, "a session holds " + held + " KiB of " + estimate);
    assertTrue(held > estimate / 8, "a session holds " + held + " KiB of only " + estimate);
  }

  private static long resident() throws IOException {
    System.gc();
    try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
      return status
          .filter(line -> line.startsWith("VmRSS"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .sum();
    }
  }

  public static void main(String[] arguments) throws IOException {
    Stock.open(Stock.MODEL).close();
    final long before = resident();
    LanguageModel model = Stock.open(Stock.MODEL);
    InferenceSession one = Stock.session(model);
    one.step(new java.util.Random(1).ints(500, 3, 900).toArray(), 0, 500, Outputs.LAST);
    final long held = resident() - before;
    one.close();
    sessions(model, 100);
    final long start = resident();
    sessions(model, 200);
    final long sessions = resident() - start;
    model.close();
    models(20);
    final long again = resident();
    models(20);
    final long models = resident() - again;
    MemoryEstimate estimate =
        Stock.backend().estimate(new ModelFiles(Stock.MODEL, java.util.Optional.empty()));
    // The JVM grows meanwhile.
    long most = estimate.total();
    System.out.println(sessions + " " + models + " " + held + " " + (most / 1024 + 32_000));
  }

  private static void models(int count) {
    for (int i = 0; i < count; i++) {
      try (LanguageModel next = Stock.open(Stock.MODEL)) {
        sessions(next, 2);
      }
    }
  }

  private static void sessions(LanguageModel model, int count) {
    int[] prompt = new java.util.Random(1).ints(60, 3, 900).toArray();
    for (int i = 0; i < count; i++) {
      List<InferenceSession> open = new ArrayList<>();
      for (int s = 0; s < 3; s++) {
        open.add(Stock.session(model));
      }
      open.get(i % 3).step(prompt, 0, 60, Outputs.ALL);
      Stock.feed(open.get(i % 3), 5);
      open.forEach(InferenceSession::close);
      try (TokenConstraint constraint = model.constrain(GRAMMAR);
          TokenConstraint copy = constraint.copy()) {
        copy.mask(new float[model.tokenizer().size()]);
      }
    }
  }
}

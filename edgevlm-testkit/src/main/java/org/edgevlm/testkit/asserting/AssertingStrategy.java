package org.edgevlm.testkit.asserting;

import java.util.List;
import java.util.Optional;
import org.edgevlm.spi.decoding.DecodingReport;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.ModelInfo;

/** Checks what a strategy emits, when it ends, and what it leaves behind. */
final class AssertingStrategy implements DecodingStrategy {

  private final DecodingStrategy delegate;
  private final ModelInfo target;
  private final Lifetime life;

  AssertingStrategy(DecodingStrategy delegate, ModelInfo target, Lifetime life) {
    this.delegate = delegate;
    this.target = target;
    this.life = life;
  }

  @Override
  public DecodingReport decode(DecodingTask task) {
    life.use("decode");
    Violations violations = life.violations();
    Lifetime request = life.child("request");
    AssertingTask watched = new AssertingTask(task, target, request);
    DecodingReport report;
    try {
      report = delegate.decode(watched);
    } finally {
      List<String> open = request.open();
      request.close(() -> {});
      violations.check(
          open.isEmpty(), Promise.SAMPLER_COPIES_ARE_CLOSED, "decode leaves open: " + open);
    }
    violations.check(
        watched.ended(), Promise.EMIT_DECIDES_THE_END, "decode returns before emit said stop");
    int fed = task.session().position() - task.prompt().length();
    violations.check(
        fed == watched.emitted() || fed == watched.emitted() - 1,
        Promise.THE_SESSION_HOLDS_THE_ANSWER,
        "on return the session holds "
            + fed
            + " tokens after the prompt, "
            + watched.emitted()
            + " were emitted");
    violations.check(report != null, Promise.RESULTS_FIT_THE_REQUEST, "decode returned no report");
    return report;
  }

  @Override
  public Optional<EarlyExit> earlyExit() {
    life.use("earlyExit");
    return delegate.earlyExit();
  }

  @Override
  public void close() {
    life.close(delegate);
  }
}

package org.edgevlm.plugin.speculative;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.decoding.DecodingReport;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.LanguageModel;

/** Drafts with what a source has, verifies with the target. */
final class SpeculativeStrategy implements DecodingStrategy {

  /** What measuring the target's steps may take, in milliseconds, where one pass takes less. */
  private static final double PROBE_MILLIS = 40;

  private final LanguageModel target;
  private final SpeculationSettings settings;
  private final DraftSource source;
  private final AcceptanceTable acceptance;
  private final Ledger ledger = new Ledger();
  private final RunningMedian setupPrice = new RunningMedian();

  /** By how sessions are opened: watched attention has other kernels. */
  private final Map<AttentionTracking, StepCosts> costs = new ConcurrentHashMap<>();

  SpeculativeStrategy(LanguageModel target, SpeculationSettings settings, DraftSource source) {
    this.target = target;
    this.settings = settings;
    this.source = source;
    acceptance = new AcceptanceTable(source.levels());
  }

  @Override
  public Optional<EarlyExit> earlyExit() {
    return source.earlyExit();
  }

  @Override
  public DecodingReport decode(DecodingTask task) {
    Verification verification = source.verification(task.sessionOptions());
    StepCosts measured =
        costs.computeIfAbsent(
            task.sessionOptions().attention(),
            attention ->
                StepProbe.measure(
                    target,
                    task.sessionOptions(),
                    verification,
                    settings.draftTokens() + 1,
                    PROBE_MILLIS));
    Shared shared = new Shared(target, settings, source, acceptance, ledger, setupPrice, measured);
    try (SpeculativeRun run = new SpeculativeRun(task, shared, verification)) {
      return run.decode();
    }
  }

  /**
   * What a strategy's answers have in common.
   *
   * @param setupPrice microseconds that making a drafter takes
   */
  record Shared(
      LanguageModel target,
      SpeculationSettings settings,
      DraftSource source,
      AcceptanceTable acceptance,
      Ledger ledger,
      RunningMedian setupPrice,
      StepCosts costs) {}

  @Override
  public void close() {
    source.close();
  }
}

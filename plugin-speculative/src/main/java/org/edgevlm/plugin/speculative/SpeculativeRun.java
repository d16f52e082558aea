package org.edgevlm.plugin.speculative;

import java.util.Map;
import java.util.Optional;
import org.edgevlm.plugin.speculative.SpeculativeStrategy.Shared;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.decoding.DecodingReport;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.StepResult;

/** One answer: rounds of drafting and verifying, and single steps where drafting doesn't pay. */
final class SpeculativeRun implements AutoCloseable {

  /** Rounds after which a single step is made, to know what speculation is to be held against. */
  private static final int ROUNDS = 12;

  private final DecodingTask task;
  private final Shared shared;
  private final InferenceSession session;
  private final Verification verification;
  private final StepCosts costs;
  private final AcceptanceRule rule;
  private final Verifier verifier;
  private final Pace.Adaptive adaptive;
  private final Draft draft;
  private final Optional<KvCache> cache;
  private final Transcript answer = new Transcript();
  private final Counters counters = new Counters();
  private Drafter drafter;

  /** Where the round began. */
  private int start;

  /** The next step has to be a single one, for the logits that only it gives. */
  private boolean single;

  SpeculativeRun(DecodingTask task, Shared shared, Verification verification) {
    this.task = task;
    this.verification = verification;
    this.shared = shared;
    session = task.session();
    costs = shared.costs();
    int vocabularySize = shared.target().info().vocabularySize();
    Acceptance acceptance = shared.settings().acceptance();
    rule = acceptance.rule(task.sampler(), shared.settings(), vocabularySize);
    verifier = new Verifier(rule, task.sampler(), costs);
    adaptive = shared.settings().adaptive() ? new Pace.Adaptive(costs, shared.acceptance()) : null;
    draft =
        new Draft(
            adaptive == null ? Pace.FIXED : adaptive,
            shared.settings().draftTokens(),
            vocabularySize,
            acceptance == Acceptance.REJECTION);
    cache = session.kvCache();
  }

  DecodingReport decode() {
    int first = task.sampler().sample(task.promptLogits(), 0);
    boolean more = emit(first, task.promptLogits().layersUsed(0));
    while (more) {
      more = propose() ? verify() : step();
    }
    shared.acceptance().forget(answer.length());
    shared.source().learn(task, answer);
    counters.draftLayers = drafter == null ? 0 : drafter.targetLayers();
    return counters.report(
        shared.settings().acceptance() == Acceptance.THRESHOLD,
        drafter == null ? Map.of() : drafter.counters());
  }

  /** Makes a draft; whether there is something to verify. */
  private boolean propose() {
    start = session.position();
    draft.begin(answer.last(), room());
    boolean skipped = single || draft.limit() < 1;
    single = false;
    if (skipped || !isOn()) {
      return false;
    }
    long begin = System.nanoTime();
    boolean wanted = draft.wantsMore();
    if (wanted && drafter == null) {
      drafter = shared.source().open(task);
      charge(begin);
      begin = System.nanoTime();
    }
    if (wanted) {
      drafter.propose(answer, draft);
    }
    int proposed = draft.length();
    if (adaptive != null) {
      draft.truncate(adaptive.best(draft));
    }
    double micros = microsSince(begin);
    counters.draftMicros += micros;
    pay(wanted, proposed, micros);
    counters.drafted += draft.length();
    return draft.length() > 0 || (wanted && verification.goesOn());
  }

  /**
   * Takes what drafting, or thinking of it, took off the balance; by what it takes as a rule, as
   * everything that is weighed against something else: an interruption says nothing.
   */
  private void pay(boolean wanted, int proposed, double micros) {
    double price = micros;
    if (wanted) {
      int tokens = Math.max(1, proposed);
      costs.draftPrice().add(micros / tokens);
      price = Math.min(price, tokens * costs.draftPrice().value());
    }
    if (adaptive != null) {
      counters.wasOff |= !wanted || draft.length() < Math.min(1, proposed);
    }
    settle(-price / costs.micros());
  }

  /** Tokens that may be drafted: what the request, the context and the kernels leave. */
  private int room() {
    int room = Math.min(task.remaining() - 1, session.capacity() - session.position() - 1);
    int rows = costs.maxRows();
    if (rule.needsIdenticalRows() && costs.identicalRows() > 1) {
      rows = costs.identicalRows();
    }
    return Math.min(room, rows - 1);
  }

  /** Whether speculation may be tried. */
  private boolean isOn() {
    boolean on = adaptive == null || shared.ledger().isOn();
    counters.wasOff |= !on;
    return on;
  }

  /** Takes what making the drafter took off the balance. */
  private void charge(long begin) {
    double micros = microsSince(begin);
    counters.draftMicros += micros;
    shared.setupPrice().add(micros);
    double steps = shared.setupPrice().value() / costs.micros();
    shared.ledger().setup(steps);
    settle(-steps);
  }

  private void settle(double steps) {
    counters.savedMicros += steps * costs.micros();
    if (adaptive != null && shared.ledger().settle(steps)) {
      counters.switchedOff++;
      counters.wasOff = true;
    }
  }

  /** Feeds the last token and the draft, and emits what is accepted and the choice after it. */
  private boolean verify() {
    int rows = draft.length() + 1;
    long begin = System.nanoTime();
    StepResult result = verification.verify(session, start, draft.fed(), 0, rows);
    double micros = microsSince(begin);
    costs.observe(rows, micros);
    verifier.verify(result, draft);
    int accepted = verifier.accepted();
    boolean sure = verifier.next() != Verifier.UNSURE;
    int layers = result.layersUsed(0);
    // Of a row that isn't sure the token before it is fed again.
    session.rewind(start + accepted + (sure ? 1 : 0));
    counters.verifySteps++;
    counters.verifyLayers += (long) rows * (layers - verification.layersBefore());
    single = !sure || (adaptive != null && counters.verifySteps % ROUNDS == 0);
    counters.verifyMicros += micros;
    observe(accepted);
    int tokens = accepted + (sure ? 1 : 0);
    settle(tokens - costs.ratio(rows));
    return emitRound(accepted, sure, layers);
  }

  private void observe(int accepted) {
    counters.accepted += accepted;
    for (int i = 0; i < accepted; i++) {
      shared.acceptance().observe(draft.level(i), true);
    }
    if (verifier.next() == Verifier.UNSURE) {
      counters.repeated++;
    } else if (accepted < draft.length()) {
      shared.acceptance().observe(draft.level(accepted), false);
    }
  }

  private boolean emitRound(int accepted, boolean sure, int layers) {
    int count = accepted + (sure ? 1 : 0);
    for (int i = 0; i < count; i++) {
      int token = i < accepted ? draft.token(i) : verifier.next();
      long entries = entries();
      rule.settle(i);
      if (!emit(token, layers)) {
        // The token may not have become part of the answer.
        session.rewind(Math.min(session.position(), start + 1 + i));
        return false;
      }
      if (i + 1 < count && entries() < entries) {
        // A policy dropped entries that the choices after this one were made with.
        session.rewind(start + 1 + i);
        counters.stale += count - i - 1;
        return true;
      }
    }
    return true;
  }

  /** Entries in the target's cache, over all layers. */
  private long entries() {
    if (cache.isEmpty()) {
      return 0;
    }
    KvCache layers = cache.get();
    long sum = 0;
    for (int layer = 0; layer < layers.layers(); layer++) {
      sum += layers.length(layer);
    }
    return sum;
  }

  /** One token through the whole target. */
  private boolean step() {
    long begin = System.nanoTime();
    StepResult result = session.step(draft.fed(), 0, 1, Outputs.LAST);
    double micros = microsSince(begin);
    costs.observe(micros);
    int layers = result.layersUsed(0);
    int token = task.sampler().sample(result, 0);
    counters.plainSteps++;
    counters.plainMicros += micros;
    counters.plainLayers += layers;
    shared.ledger().plain();
    return emit(token, layers);
  }

  private boolean emit(int token, int layers) {
    answer.add(token);
    return task.emit(token, layers);
  }

  private static double microsSince(long begin) {
    return (System.nanoTime() - begin) / 1e3;
  }

  @Override
  public void close() {
    if (drafter != null) {
      drafter.close();
    }
  }
}

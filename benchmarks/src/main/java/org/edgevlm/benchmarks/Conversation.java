package org.edgevlm.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.KvCompression;
import org.edgevlm.spi.cache.RetentionPlan;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;

/** One session with what an optimisation does to it: eviction after a prompt and after tokens. */
final class Conversation implements AutoCloseable {

  private static final double RECENT = 0.25;

  /**
   * What a layer may keep.
   *
   * @param share of the prompt, for all layers alike
   * @param groups shares from the first third of the layers to the last, or none
   * @param byAttention whether accumulated attention chooses; else the latest stay
   */
  record Eviction(double share, List<Double> groups, boolean byAttention) {

    int budget(int layer, int layers, int prompt) {
      double group = groups.isEmpty() ? 1 : groups.get(layer * groups.size() / layers);
      return Math.max(1, (int) (prompt * Math.min(share, group)));
    }
  }

  private final InferenceSession session;
  private final Optional<Eviction> eviction;
  private final Optional<KvCompression> packing;
  private final int[] fed = new int[1];
  private int prompt;
  private long promptBytes;
  private double packingMillis;
  private long layersUsed;
  private long tokens;

  /**
   * Opens a session.
   *
   * @param tracked whether attention is accumulated
   * @param packing how the prompt's K and V are stored once it is fed
   */
  Conversation(
      LanguageModel model,
      boolean tracked,
      Optional<ExitSchedule> exits,
      Optional<Eviction> eviction,
      Optional<KvCompression> packing) {
    this.eviction = eviction;
    this.packing = packing;
    session =
        model.openSession(
            new SessionOptions(
                tracked ? new AttentionTracking(true, 0) : AttentionTracking.NONE,
                exits.map(rule -> new EarlyExit(rule.layers(), rule))));
  }

  /** Feeds a prompt and drops what the eviction wants dropped. */
  Conversation begin(Prompt text) {
    text.image().ifPresent(image -> session.step(image, Outputs.NONE));
    StepResult result = session.step(text.tokens(), 0, text.tokens().length, Outputs.LAST);
    fed[0] = result.argmax(0);
    prompt = text.length();
    promptBytes = session.kvBytes();
    review();
    packing.ifPresent(how -> packingMillis = Rounds.millis(() -> pack(how)));
    return this;
  }

  private void pack(KvCompression how) {
    KvCache cache = session.kvCache().orElseThrow();
    for (int layer = 0; layer < cache.layers(); layer++) {
      cache.compress(layer, cache.length(layer), how);
    }
  }

  /**
   * Milliseconds a token of a block, choosing it and evictions included. What nothing is evicted
   * from goes back to the prompt's end afterwards, so that each block finds the same cache.
   */
  double decode(int block) {
    double millis =
        Rounds.millis(
            () -> {
              for (int i = 0; i < block; i++) {
                StepResult result = session.step(fed, 0, 1, Outputs.LAST);
                layersUsed += result.layersUsed(0);
                tokens++;
                fed[0] = result.argmax(0);
              }
              review();
            });
    if (eviction.isEmpty()) {
      session.rewind(prompt);
    }
    return millis / block;
  }

  /** Milliseconds of one step of so many rows, choosing among each, and of going back. */
  double verify(int rows) {
    int[] drafts = new int[rows];
    Arrays.fill(drafts, fed[0]);
    return Rounds.millis(
        () -> {
          StepResult result = session.step(drafts, 0, rows, Outputs.ALL);
          for (int row = 0; row < rows; row++) {
            result.argmax(row);
          }
          session.rewind(prompt);
        });
  }

  /**
   * Milliseconds a token of verified drafts that cost nothing.
   *
   * @param drafts tokens drafted at a time
   * @param accepted by a schedule: how many of them stay, in turn
   */
  double speculate(int drafts, int[] accepted) {
    int[] rows = new int[drafts + 1];
    Arrays.fill(rows, fed[0]);
    int[] kept = new int[1];
    double millis =
        Rounds.millis(
            () -> {
              for (int stay : accepted) {
                StepResult result = session.step(rows, 0, rows.length, Outputs.ALL);
                for (int row = 0; row < rows.length; row++) {
                  result.argmax(row);
                }
                session.rewind(session.position() - (drafts - stay));
                kept[0] += stay + 1;
              }
            });
    session.rewind(prompt);
    return millis / kept[0];
  }

  private void review() {
    if (eviction.isEmpty()) {
      return;
    }
    KvCache cache = session.kvCache().orElseThrow();
    RetentionPlan plan = new RetentionPlan(cache);
    for (int layer = 0; layer < cache.layers(); layer++) {
      plan.limit(layer, eviction.get().budget(layer, cache.layers(), prompt));
      if (eviction.get().byAttention()) {
        cache.accumulatedAttention(layer, plan.scores(layer));
        plan.protectLatestShare(layer, RECENT);
      }
    }
    plan.apply();
  }

  long promptBytes() {
    return promptBytes;
  }

  /** Milliseconds that storing the prompt in fewer bits took; 0 if it wasn't. */
  double packingMillis() {
    return packingMillis;
  }

  long bytes() {
    return session.kvBytes();
  }

  /** Layer evaluations a token since the last call. */
  double layersPerToken() {
    double mean = (double) layersUsed / tokens;
    layersUsed = 0;
    tokens = 0;
    return mean;
  }

  @Override
  public void close() {
    session.close();
  }
}

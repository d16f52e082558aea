package org.edgevlm.plugin.speculative;

import java.util.Map;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.spi.inference.Tokenizer;

/**
 * Drafts in the target's own session, whose steps end at an exit meanwhile. Every token of the
 * draft and the one before it are left there, as far as the exit, for {@link ExitVerification}.
 */
final class ExitDrafter implements Drafter {

  /** Upper ends of the levels: the largest probability at the exit. A last one is open. */
  private static final float[] SURE = {0.3f, 0.5f, 0.6f, 0.7f, 0.8f, 0.9f, 0.95f, 0.98f, 0.995f};

  static final int LEVELS = SURE.length + 1;

  private final DecodingTask task;
  private final InferenceSession session;
  private final DraftGate gate;
  private final Tokenizer tokenizer;
  private final int layer;
  private final double confidence;
  private long steps;

  ExitDrafter(
      DecodingTask task, DraftGate gate, Tokenizer tokenizer, int layer, double confidence) {
    this.task = task;
    this.gate = gate;
    this.tokenizer = tokenizer;
    this.layer = layer;
    this.confidence = confidence;
    session = task.session();
  }

  @Override
  public void propose(Transcript answer, Draft draft) {
    gate.open(true);
    try (Sampler sampler = task.sampler().copy()) {
      while (true) {
        StepResult result = session.step(draft.fed(), draft.length(), 1, Outputs.LAST);
        steps++;
        boolean enough = draft.length() > 0 && !draft.wantsMore();
        if (enough || gate.sure() < confidence) {
          return;
        }
        int token = draft.pick(sampler, task.sampler(), result);
        if (tokenizer.isEndOfGeneration(token)) {
          return;
        }
        draft.add(token, level(gate.sure()));
        sampler.accept(token);
      }
    } finally {
      gate.open(false);
    }
  }

  private static int level(float sure) {
    int level = 0;
    while (level < SURE.length && sure > SURE[level]) {
      level++;
    }
    return level;
  }

  @Override
  public long targetLayers() {
    return steps * layer;
  }

  @Override
  public Map<String, Long> counters() {
    return Map.of("exits", steps, "exits_at_" + layer, steps);
  }

  /** Nothing to free. */
  @Override
  public void close() {}
}

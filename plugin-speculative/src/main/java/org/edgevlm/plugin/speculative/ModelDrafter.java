package org.edgevlm.plugin.speculative;

import java.util.Arrays;
import java.util.Map;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.spi.inference.Tokenizer;

/**
 * Drafts with a model's own session, which is brought to where the answer stands before each round.
 * A guess is what the request's sampler would choose of the draft's logits, with the same random
 * numbers, penalties and grammar; how sure it is, the distance of the two best logits says.
 */
final class ModelDrafter implements Drafter {

  /** Upper ends of the levels; a last one is open. */
  private static final float[] MARGINS = {0.25f, 0.5f, 1, 1.5f, 2, 3, 4, 6, 8};

  static final int LEVELS = MARGINS.length + 1;

  private final DecodingTask task;
  private final InferenceSession session;
  private final Tokenizer tokenizer;
  private final boolean blind;

  /** Where the answer begins in the draft's session. */
  private final int base;

  /** What the session was fed of the answer and of drafts. */
  private int[] fed = new int[64];

  private int fedLength;

  /** So many of the fed tokens are known to be the answer's. */
  private int agreed;

  /**
   * @param session the draft's, prompt fed
   * @param blind whether it was fed no picture though there is one
   */
  ModelDrafter(DecodingTask task, InferenceSession session, Tokenizer tokenizer, boolean blind) {
    this.task = task;
    this.blind = blind;
    this.session = session;
    this.tokenizer = tokenizer;
    base = session.position();
  }

  @Override
  public void propose(Transcript answer, Draft draft) {
    int room = session.capacity() - base - answer.length();
    if (base == 0 || room < 0) {
      return;
    }
    StepResult result = catchUp(answer);
    try (Sampler sampler = task.sampler().copy()) {
      while (true) {
        int token = draft.pick(sampler, task.sampler(), result);
        if (tokenizer.isEndOfGeneration(token)) {
          return;
        }
        draft.add(token, level(Softmax.margin(result, 0)));
        if (room-- == 0 || !draft.wantsMore()) {
          return;
        }
        sampler.accept(token);
        remember(token);
        result = session.step(fed, fedLength - 1, 1, Outputs.LAST);
      }
    }
  }

  /** Forgets what wasn't accepted and feeds the answer to its end. */
  private StepResult catchUp(Transcript answer) {
    // The last token is fed in any case: its logits are wanted.
    int end = Math.min(fedLength, answer.length() - 1);
    while (agreed < end && fed[agreed] == answer.token(agreed)) {
      agreed++;
    }
    agreed = Math.min(agreed, end);
    session.rewind(base + agreed);
    fedLength = agreed;
    for (int i = agreed; i < answer.length(); i++) {
      remember(answer.token(i));
    }
    return session.step(fed, agreed, fedLength - agreed, Outputs.LAST);
  }

  private void remember(int token) {
    if (fedLength == fed.length) {
      fed = Arrays.copyOf(fed, 2 * fedLength);
    }
    fed[fedLength++] = token;
  }

  private static int level(float margin) {
    int level = 0;
    while (level < MARGINS.length && margin > MARGINS[level]) {
      level++;
    }
    return level;
  }

  @Override
  public Map<String, Long> counters() {
    return blind ? Map.of("blind_drafts", 1L) : Map.of();
  }

  @Override
  public void close() {
    session.close();
  }
}

package org.edgevlm.plugin.speculative;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.edgevlm.reference.ReferenceTokenizer;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.decoding.Prompt;
import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.testkit.TestSet;
import org.junit.jupiter.api.Test;

/**
 * Answers that a model drafts for itself at its first layer, sampled many times with different
 * seeds, against answers of plain decoding with other seeds: a chi-squared test of two samples, of
 * the 36 pairs of classes that the third and fourth token fall into. Seeds are fixed; had they been
 * drawn, a right rule would fail once in a million times.
 */
class ExitDistributionTest {

  private static final int CLASSES = 6;
  private static final int TRIES = 3_000;
  private static final int TOKENS = 4;

  /** The small model is never sure; a token of its best has about a third so. */
  private static final float SHARPNESS = 5;

  private static final int[] PROMPT = {'p', 'r', 'o', 'm', 'p', 't'};

  @Test
  void rejectionFollowsTheModelsDistribution() {
    assertTrue(isFollowed(Acceptance.REJECTION));
  }

  @Test
  void theExactRuleFollowsTheModelsDistribution() {
    assertTrue(isFollowed(Acceptance.EXACT));
  }

  @Test
  void thePublishedThresholdDoesNot() {
    assertTrue(!isFollowed(Acceptance.THRESHOLD));
  }

  private static boolean isFollowed(Acceptance acceptance) {
    try (TestSet set = TestSet.with().open()) {
      LanguageModel model = set.model();
      long[] plain = new long[CLASSES * CLASSES];
      long[] own = new long[CLASSES * CLASSES];
      SpeculationSettings settings = new SpeculationSettings(3, false, acceptance, 0.02);
      ExitSource source = new ExitSource(model.tokenizer(), 1, 0);
      try (SpeculativeStrategy strategy = new SpeculativeStrategy(model, settings, source)) {
        SessionOptions options = new SessionOptions(AttentionTracking.NONE, strategy.earlyExit());
        try (InferenceSession session = model.openSession(options)) {
          for (int i = 0; i < TRIES; i++) {
            Task task = new Task(session, options, 1000L * i);
            strategy.decode(task);
            own[task.pair()]++;
          }
        }
      }
      SessionOptions options = SessionOptions.DEFAULT;
      try (InferenceSession session = model.openSession(options)) {
        for (int i = 0; i < TRIES; i++) {
          Task task = new Task(session, options, 1000L * (TRIES + i));
          StepResult result = task.promptLogits();
          int[] fed = new int[1];
          do {
            fed[0] = task.sampler().sample(result, 0);
          } while (task.emit(fed[0], 1)
              && (result = session.step(fed, 0, 1, Outputs.LAST)) != null);
          plain[task.pair()]++;
        }
      }
      return statistic(plain, own) < DistributionTest.critical(plain.length - 1);
    }
  }

  /** Of two samples of the same size. */
  private static double statistic(long[] left, long[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      double difference = left[i] - right[i];
      sum += left[i] + right[i] == 0 ? 0 : difference * difference / (left[i] + right[i]);
    }
    return sum;
  }

  /** A few tokens after a prompt, in a session that serves all tasks. */
  private static final class Task implements DecodingTask {

    private final InferenceSession session;
    private final SessionOptions options;
    private final PlainSampler sampler;
    private final int[] tokens = new int[TOKENS];
    private int length;

    Task(InferenceSession session, SessionOptions options, long seed) {
      this.session = session;
      this.options = options;
      sampler = new PlainSampler(SHARPNESS, seed, new ReferenceTokenizer().size());
    }

    int pair() {
      return tokens[TOKENS - 2] % CLASSES * CLASSES + tokens[TOKENS - 1] % CLASSES;
    }

    @Override
    public InferenceSession session() {
      return session;
    }

    @Override
    public SessionOptions sessionOptions() {
      return options;
    }

    @Override
    public Prompt prompt() {
      return new Prompt(List.of(new Prompt.Part.Text(PROMPT)));
    }

    @Override
    public StepResult promptLogits() {
      session.rewind(0);
      return session.step(PROMPT, 0, PROMPT.length, Outputs.LAST);
    }

    @Override
    public Sampler sampler() {
      return sampler;
    }

    @Override
    public int remaining() {
      return TOKENS - length;
    }

    @Override
    public boolean emit(int token, int layersUsed) {
      tokens[length++] = token;
      sampler.accept(token);
      return length < TOKENS;
    }
  }
}

package org.edgevlm.reference;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.decoding.DecodingReport;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.decoding.Prompt;
import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;

/**
 * Drafts greedily with a second model, verifies with the first: the answer is the first model's
 * own, draw for draw, because every token is chosen by the request's sampler from its logits.
 */
public final class DraftStrategyProvider extends ReferenceProvider
    implements DecodingStrategyProvider {

  private static final ConfigKey<String> DRAFT =
      ConfigKey.text("model", "tiny", "the model that drafts");
  private static final int LENGTH = 3;

  /** For the service loader. */
  public DraftStrategyProvider() {
    super("reference-draft", new CopyOnWriteArrayList<>());
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    return List.of(DRAFT);
  }

  @Override
  public Set<Capability> requires() {
    return EnumSet.of(Capability.TOKEN_STEPPING, Capability.REWIND);
  }

  @Override
  public DecodingStrategy create(DecodingContext context) {
    LanguageModel draft = context.open(context.config().get(DRAFT));
    return new DecodingStrategy() {
      @Override
      public DecodingReport decode(DecodingTask task) {
        try (InferenceSession session = draft.openSession(SessionOptions.DEFAULT)) {
          return new Run(task, session).decode();
        }
      }

      @Override
      public void close() {
        draft.close();
      }
    };
  }

  private static final class Run {

    private final DecodingTask task;
    private final InferenceSession draft;
    private int last;
    private int emitted;
    private long drafted;
    private long accepted;

    Run(DecodingTask task, InferenceSession draft) {
      this.task = task;
      this.draft = draft;
    }

    DecodingReport decode() {
      for (Prompt.Part part : task.prompt().parts()) {
        if (part instanceof Prompt.Part.Text text) {
          draft.step(text.tokens(), 0, text.length(), Outputs.NONE);
        } else if (part instanceof Prompt.Part.Image image) {
          draft.step(image.embedding(), Outputs.NONE);
        }
      }
      last = task.sampler().sample(task.promptLogits(), 0);
      boolean more = emit(last, task.promptLogits().layersUsed(0));
      while (more) {
        more = round();
      }
      // The answer may have ended on a token before the last that was accepted.
      InferenceSession target = task.session();
      target.rewind(Math.min(target.position(), task.prompt().length() + emitted));
      return new DecodingReport(Map.of("drafted", drafted, "accepted", accepted));
    }

    private boolean emit(int token, int layersUsed) {
      emitted++;
      return task.emit(token, layersUsed);
    }

    /** Feeds the last emitted token with a draft behind it, and emits at least one more. */
    private boolean round() {
      int length = Math.min(LENGTH, task.remaining() - 1);
      int[] guess = new int[length + 1];
      guess[0] = last;
      StepResult logits = draft.step(guess, 0, 1, Outputs.LAST);
      for (int i = 1; i <= length; i++) {
        guess[i] = logits.argmax(0);
        logits = draft.step(guess, i, 1, Outputs.LAST);
      }
      drafted += length;
      InferenceSession target = task.session();
      int start = target.position();
      StepResult verified = target.step(guess, 0, guess.length, Outputs.ALL);
      // Choose on a copy, which remembers as it goes; the runtime remembers what is emitted.
      int[] chosen = new int[guess.length];
      int[] layers = new int[guess.length];
      int count = 0;
      try (Sampler sampler = task.sampler().copy()) {
        boolean agrees = true;
        while (agrees) {
          chosen[count] = sampler.sample(verified, count);
          layers[count] = verified.layersUsed(count);
          sampler.accept(chosen[count]);
          count++;
          agrees = count <= length && guess[count] == chosen[count - 1];
        }
      }
      accepted += count - 1;
      target.rewind(start + count);
      draft.rewind(start + count);
      for (int i = 0; i < count; i++) {
        // The same draw again, so that the request's own generator moves on as the copy did.
        task.sampler().uniform();
        last = chosen[i];
        if (!emit(last, layers[i])) {
          return false;
        }
      }
      return true;
    }
  }
}

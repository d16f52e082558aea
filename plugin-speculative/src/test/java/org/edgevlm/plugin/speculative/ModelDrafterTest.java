package org.edgevlm.plugin.speculative;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.List;
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

/** A draft's session follows the answer, whatever was drafted before. */
class ModelDrafterTest {

  private static final int[] PROMPT = {'a', ' ', 'p', 'r', 'o', 'm', 'p', 't'};
  private static final int LENGTH = 4;

  @Test
  void whatWasDraftedAndNotAcceptedIsForgotten() {
    try (TestSet set = TestSet.with().open()) {
      LanguageModel model = set.model();
      List<Integer> expected;
      try (ModelDrafter fresh = drafter(model)) {
        expected = guess(fresh, answer('x', 'y', 'z', 'q', 'r', 's'));
      }
      try (ModelDrafter used = drafter(model)) {
        List<Integer> first = guess(used, answer('x'));
        assertNotEquals(List.of((int) 'y', (int) 'z'), first.subList(0, 2), "it guessed wrong");
        // Without a draft in between the answer went on for longer than the draft was.
        assertEquals(expected, guess(used, answer('x', 'y', 'z', 'q', 'r', 's')));
        // The answer stands where it stood: its last token is fed again.
        assertEquals(expected, guess(used, answer('x', 'y', 'z', 'q', 'r', 's')));
      }
    }
  }

  private static ModelDrafter drafter(LanguageModel model) {
    InferenceSession session = model.openSession(SessionOptions.DEFAULT);
    session.step(PROMPT, 0, PROMPT.length, Outputs.NONE);
    Sampler sampler = new PlainSampler(7, model.info().vocabularySize());
    return new ModelDrafter(new Task(session, sampler), session, model.tokenizer(), false);
  }

  private static Transcript answer(int... tokens) {
    Transcript answer = new Transcript();
    for (int token : tokens) {
      answer.add(token);
    }
    return answer;
  }

  private static List<Integer> guess(ModelDrafter drafter, Transcript answer) {
    Draft draft = new Draft(Pace.FIXED, LENGTH, 0, false);
    draft.begin(answer.last(), LENGTH);
    drafter.propose(answer, draft);
    List<Integer> tokens = new ArrayList<>();
    for (int i = 0; i < draft.length(); i++) {
      tokens.add(draft.token(i));
    }
    return tokens;
  }

  /** All that a drafter asks of a request is its sampler. */
  private record Task(InferenceSession session, Sampler sampler) implements DecodingTask {

    @Override
    public SessionOptions sessionOptions() {
      return SessionOptions.DEFAULT;
    }

    @Override
    public Prompt prompt() {
      return new Prompt(List.of(new Prompt.Part.Text(PROMPT)));
    }

    @Override
    public StepResult promptLogits() {
      throw new UnsupportedOperationException("a drafter has logits of its own");
    }

    @Override
    public int remaining() {
      return LENGTH;
    }

    @Override
    public boolean emit(int token, int layersUsed) {
      throw new UnsupportedOperationException("a drafter emits nothing");
    }
  }
}

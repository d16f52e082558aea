package org.edgevlm.plugin.speculative;

import java.util.Arrays;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.decoding.Prompt;
import org.edgevlm.spi.inference.Tokenizer;

/**
 * Drafts what followed the same tokens before: in the prompt, in the answer so far, and in recent
 * answers. Of these two generations are kept; when the younger is full, the older is forgotten.
 */
final class LookupSource implements DraftSource {

  /** Kinds of context lengths: 2, 3, 4 to 5, more. */
  private static final int LENGTHS = 4;

  private static final int STRENGTHS = 3;

  private final Tokenizer tokenizer;
  private final int longest;
  private final int recentAnswers;
  private NgramTable younger;
  private NgramTable older;
  private int answers;

  /**
   * @param tokenizer the target's
   * @param longest the most tokens of context
   * @param recentAnswers earlier answers to remember, at least; 0 for none
   */
  LookupSource(Tokenizer tokenizer, int longest, int recentAnswers) {
    this.tokenizer = tokenizer;
    this.longest = longest;
    this.recentAnswers = recentAnswers;
    younger = new NgramTable(longest);
    older = new NgramTable(longest);
  }

  @Override
  public int levels() {
    return 2 * LENGTHS * STRENGTHS;
  }

  /** The level of a guess. */
  static int level(NgramTable.Found found, boolean recent) {
    int n = found.context();
    int length = n <= 3 ? n - NgramTable.SHORTEST : n <= 5 ? 2 : 3;
    return ((recent ? LENGTHS : 0) + length) * STRENGTHS + found.strength();
  }

  @Override
  public Drafter open(DecodingTask task) {
    return new LookupDrafter(this, tokenizer, longest, promptText(task.prompt()));
  }

  /** A prompt's tokens, pictures left out. */
  private static int[] promptText(Prompt prompt) {
    int[] all = new int[prompt.length()];
    int length = 0;
    for (Prompt.Part part : prompt.parts()) {
      if (part instanceof Prompt.Part.Text text) {
        System.arraycopy(text.tokens(), 0, all, length, text.length());
        length += text.length();
      }
    }
    return Arrays.copyOf(all, length);
  }

  /** Looks a text's end up in the recent answers. */
  synchronized boolean find(int[] text, int length, int atLeast, NgramTable.Found found) {
    return younger.find(text, length, atLeast, found) || older.find(text, length, atLeast, found);
  }

  @Override
  public void learn(DecodingTask task, Transcript answer) {
    if (recentAnswers == 0) {
      return;
    }
    int[] prompt = promptText(task.prompt());
    int before = Math.min(prompt.length, longest);
    int[] text = new int[before + answer.length()];
    System.arraycopy(prompt, prompt.length - before, text, 0, before);
    System.arraycopy(answer.tokens(), 0, text, before, answer.length());
    synchronized (this) {
      if (answers++ == recentAnswers) {
        answers = 1;
        older = younger;
        younger = new NgramTable(longest);
      }
      for (int at = before; at < text.length; at++) {
        younger.add(text, at);
      }
    }
  }
}

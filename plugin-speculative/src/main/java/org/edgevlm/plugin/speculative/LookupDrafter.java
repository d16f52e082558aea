package org.edgevlm.plugin.speculative;

import java.util.Arrays;
import org.edgevlm.spi.inference.Tokenizer;

/** Looks up how one answer goes on. */
final class LookupDrafter implements Drafter {

  private final LookupSource recent;
  private final Tokenizer tokenizer;
  private final NgramTable own;
  private final NgramTable.Found found = new NgramTable.Found();
  private final NgramTable.Found further = new NgramTable.Found();

  /** The prompt's tokens, the answer's, and behind them what is being drafted. */
  private int[] text;

  private final int promptLength;
  private int known;

  /**
   * @param prompt its tokens, pictures left out
   */
  LookupDrafter(LookupSource recent, Tokenizer tokenizer, int longest, int[] prompt) {
    this.tokenizer = tokenizer;
    this.recent = recent;
    own = new NgramTable(longest);
    promptLength = prompt.length;
    text = Arrays.copyOf(prompt, promptLength + 64);
    for (known = 0; known < promptLength; known++) {
      own.add(text, known);
    }
  }

  @Override
  public void propose(Transcript answer, Draft draft) {
    int length = promptLength + answer.length();
    if (length + draft.limit() > text.length) {
      text = Arrays.copyOf(text, Math.max(2 * text.length, length + draft.limit()));
    }
    for (; known < length; known++) {
      text[known] = answer.token(known - promptLength);
      own.add(text, known);
    }
    do {
      boolean here = own.find(text, length, NgramTable.SHORTEST, found);
      // As far as both know the same context, more was seen of it elsewhere.
      boolean elsewhere = recent.find(text, length, here ? found.context() : 0, further);
      if (!here && !elsewhere) {
        return;
      }
      NgramTable.Found best = elsewhere ? further : found;
      if (tokenizer.isEndOfGeneration(best.token())) {
        return;
      }
      text[length] = best.token();
      draft.add(best.token(), LookupSource.level(best, elsewhere));
      length++;
    } while (draft.wantsMore());
  }

  /** Nothing to free. */
  @Override
  public void close() {}
}

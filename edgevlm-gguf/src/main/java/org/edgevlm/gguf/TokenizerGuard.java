package org.edgevlm.gguf;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.edgevlm.spi.EdgeVlmException;

/**
 * Keeps texts from llama.cpp's tokenizers that they would end the process over, or ponder for
 * minutes.
 *
 * <p>Byte-pair vocabularies cut a text by regular expressions first. llama.cpp b4916 leaves most of
 * them to {@code std::regex}, which needs a few hundred bytes of stack, up to about 850, for each
 * character of a match: a question of 1,400 letters without a space overflows a Java thread's
 * stack. No match is longer than a stretch without a space, so long stretches get a thread with a
 * larger stack, and those too long even for that are refused. SentencePiece's time grows with the
 * square of what has no token, so texts have a limit too.
 */
public final class TokenizerGuard {

  /** The longest text that is turned into tokens at once, in bytes of UTF-8. */
  public static final int LONGEST_TEXT = 1 << 18;

  /** The longest stretch without a space, in UTF-16 units, in a byte-pair vocabulary. */
  public static final int LONGEST_STRETCH = 4096;

  /** Any thread has the stack for this. */
  private static final int SHORT_STRETCH = 200;

  /** Four times what {@link #LONGEST_STRETCH} takes; only what is used takes memory. */
  private static final long STACK = 16 << 20;

  private final boolean bytePairs;

  private TokenizerGuard(boolean bytePairs) {
    this.bytePairs = bytePairs;
  }

  /** The guard for a file's vocabulary. */
  public static TokenizerGuard of(GgufFile file) {
    return new TokenizerGuard(
        !file.metadata().optionalString("tokenizer.ggml.model").orElse("").equals("llama"));
  }

  /**
   * Turns a text into tokens.
   *
   * @param tokenizer gets the text's UTF-8, maybe on another thread, which is waited for
   * @throws EdgeVlmException if the text is too long, or a stretch of it is
   */
  public int[] encode(String text, Function<byte[], int[]> tokenizer) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > LONGEST_TEXT) {
      throw new EdgeVlmException(
          "a text of "
              + utf8.length
              + " bytes is too long to be turned into tokens at once; at most "
              + LONGEST_TEXT);
    }
    int stretch = bytePairs ? longestStretch(text) : 0;
    if (stretch > LONGEST_STRETCH) {
      throw new EdgeVlmException(
          "the text has a stretch of "
              + stretch
              + " characters without a space, or of spaces; this model's vocabulary takes at most "
              + LONGEST_STRETCH);
    }
    return stretch > SHORT_STRETCH ? deep(utf8, tokenizer) : tokenizer.apply(utf8);
  }

  private static int[] deep(byte[] utf8, Function<byte[], int[]> tokenizer) {
    AtomicReference<int[]> tokens = new AtomicReference<>();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread thread =
        new Thread(null, () -> tokens.set(tokenizer.apply(utf8)), "edgevlm-tokenizer", STACK);
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((failed, e) -> thrown.set(e));
    thread.start();
    // The native call can't be interrupted, and what it reads must stay.
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (thrown.get() instanceof Error e) {
      throw e;
    }
    if (thrown.get() instanceof RuntimeException e) {
      throw e;
    }
    return tokens.get();
  }

  /** The most characters that one match of any of llama.cpp's expressions can have, about. */
  private static int longestStretch(String text) {
    int longest = 0;
    int start = 0;
    for (int i = 1; i < text.length(); i++) {
      char before = text.charAt(i - 1);
      char c = text.charAt(i);
      // Languages that write no spaces end their sentences; no expression goes on from a letter
      // like theirs to the stop behind it.
      boolean stop = "\u3002\uff0c\u3001".indexOf(c) >= 0;
      boolean ends = stop && before > 0x7f && Character.isLetter(before);
      if (ends || space(before) != space(c)) {
        longest = Math.max(longest, i - start);
        start = i;
      }
    }
    return Math.max(longest, text.length() - start);
  }

  private static boolean space(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }
}

package org.edgevlm.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.edgevlm.gguf.writer.TinyModels;
import org.edgevlm.spi.EdgeVlmException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which texts reach a tokenizer, and with how much stack. */
class TokenizerGuardTest {

  @TempDir Path folder;

  private TokenizerGuard guard(boolean bytePairs) throws IOException {
    Path file = folder.resolve("model.gguf");
    (bytePairs ? TinyModels.bytePairs() : TinyModels.llama()).write(file);
    return TokenizerGuard.of(GgufFile.open(file));
  }

  private static Thread threadOf(TokenizerGuard guard, String text) {
    Thread[] thread = new Thread[1];
    int[] tokens =
        guard.encode(
            text,
            utf8 -> {
              thread[0] = Thread.currentThread();
              return new int[] {utf8.length};
            });
    assertEquals(1, tokens.length);
    return thread[0];
  }

  @Test
  void shortTextsStayOnTheirThread() throws IOException {
    assertSame(Thread.currentThread(), threadOf(guard(true), "What is in the picture? ".repeat(9)));
    assertSame(Thread.currentThread(), threadOf(guard(true), ""));
    assertSame(Thread.currentThread(), threadOf(guard(true), "\u6587\u5b57\u3002".repeat(2000)));
    assertSame(Thread.currentThread(), threadOf(guard(false), "a".repeat(200_000)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", " ", "\n", "\u00a0", "a\u3002", "\u6587", ".", "\u3002", "a1"})
  void longStretchesGetMoreStackAndLongerOnesAreRefused(String part) throws IOException {
    TokenizerGuard guard = guard(true);
    String longest = part.repeat(TokenizerGuard.LONGEST_STRETCH / part.length());
    assertNotSame(Thread.currentThread(), threadOf(guard, longest));
    EdgeVlmException e =
        assertThrows(EdgeVlmException.class, () -> threadOf(guard, longest + part));
    assertTrue(e.getMessage().contains("at most 4096"), e.getMessage());
  }

  @Test
  void theLongerStackIsThere() throws IOException {
    // Frames of at least 16 bytes: more than the default stack of 1 MiB has room for.
    assertArrayEquals(
        new int[] {100_000},
        guard(true).encode("a".repeat(4096), utf8 -> new int[] {down(100_000)}));
  }

  private static int down(int depth) {
    return depth == 0 ? 0 : 1 + down(depth - 1);
  }

  @Test
  void whatTheTokenizerThrowsComesBack() throws IOException {
    TokenizerGuard guard = guard(true);
    assertThrows(
        IllegalStateException.class,
        () ->
            guard.encode(
                "a".repeat(1000),
                utf8 -> {
                  throw new IllegalStateException("closed");
                }));
  }

  @Test
  void longTextsAreRefused() throws IOException {
    TokenizerGuard guard = guard(false);
    assertSame(Thread.currentThread(), threadOf(guard, "a".repeat(TokenizerGuard.LONGEST_TEXT)));
    EdgeVlmException e =
        assertThrows(
            EdgeVlmException.class,
            () -> threadOf(guard, "\u00e9".repeat(TokenizerGuard.LONGEST_TEXT / 2 + 1)));
    assertTrue(e.getMessage().contains("262146 bytes"), e.getMessage());
  }
}

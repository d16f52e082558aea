package org.edgevlm.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenTextTest {

  @Test
  void charactersMayBeCutAnywhere() {
    String text = "aé東🎈 family: 👩‍👩‍👧 end";
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int size = 1; size <= bytes.length; size++) {
      TokenText tokens = new TokenText();
      StringBuilder streamed = new StringBuilder();
      for (int i = 0; i < bytes.length; i += size) {
        streamed.append(
            tokens.append(Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + size))));
      }
      streamed.append(tokens.finish());
      assertEquals(text, tokens.text(), "pieces of " + size);
      assertEquals(text, streamed.toString(), "pieces of " + size);
    }
  }

  @Test
  void aCharacterAppearsWithItsLastByte() {
    TokenText tokens = new TokenText();
    byte[] bytes = "🎈".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 3; i++) {
      assertEquals("", tokens.append(new byte[] {bytes[i]}));
    }
    assertEquals("🎈", tokens.append(new byte[] {bytes[3]}));
    assertEquals("", tokens.append(new byte[0]));
  }

  @Test
  void malformedBytesAreReplacedAndNeverLost() {
    TokenText tokens = new TokenText();
    assertEquals("a\uFFFD", tokens.append(new byte[] {'a', (byte) 0xff}));
    assertEquals("", tokens.append(new byte[] {(byte) 0xe6, (byte) 0x9d}));
    assertEquals("\uFFFDb", tokens.append(new byte[] {'b'}));
    assertEquals("", tokens.append(new byte[] {(byte) 0xf0}));
    assertEquals("\uFFFD", tokens.finish());
    assertEquals("a\uFFFD\uFFFDb\uFFFD", tokens.text());
  }

  @Test
  void randomBytesInRandomPiecesReadAsAWhole() {
    Random random = new Random(11);
    for (int round = 0; round < 2000; round++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      // Lead bytes and continuations in likely places.
      for (int i = 0; i < bytes.length; i++) {
        if (random.nextInt(3) > 0) {
          bytes[i] =
              (byte) (random.nextBoolean() ? 0x80 + random.nextInt(64) : 0xe0 + random.nextInt(24));
        }
      }
      TokenText tokens = new TokenText();
      int at = 0;
      while (at < bytes.length) {
        int length = Math.min(bytes.length - at, random.nextInt(150));
        tokens.append(Arrays.copyOfRange(bytes, at, at + length));
        at += length;
      }
      tokens.finish();
      assertEquals(new String(bytes, StandardCharsets.UTF_8), tokens.text());
    }
  }
}

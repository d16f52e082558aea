package org.edgevlm.runtime.pipeline;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Puts an answer's text together from the bytes of its tokens. A token may end inside a character:
 * its bytes wait for the next one. Bytes that aren't UTF-8 become U+FFFD, none is lost.
 */
final class TokenText {

  /** The longest beginning of a character that can be left over is 3 bytes. */
  private static final int LEFT_OVER = 3;

  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private final StringBuilder text = new StringBuilder();
  private ByteBuffer bytes = ByteBuffer.allocate(64);
  private CharBuffer chars = CharBuffer.allocate(64);

  /**
   * Adds a token's bytes.
   *
   * @return the characters that they complete
   */
  String append(byte[] piece) {
    if (bytes.remaining() < piece.length) {
      int size = 2 * (piece.length + LEFT_OVER);
      bytes = ByteBuffer.allocate(size).put(bytes.flip());
      chars = CharBuffer.allocate(size);
    }
    bytes.put(piece);
    return decode(false);
  }

  /**
   * Ends the text: what is left of an unfinished character becomes U+FFFD.
   *
   * @return the characters added
   */
  String finish() {
    String rest = decode(true);
    decoder.reset();
    return rest;
  }

  /** All characters so far. */
  String text() {
    return text.toString();
  }

  private String decode(boolean end) {
    bytes.flip();
    chars.clear();
    // A character takes at least as many bytes as chars, so there is always room.
    CoderResult result = decoder.decode(bytes, chars, end);
    if (end && result.isUnderflow()) {
      decoder.flush(chars);
    }
    bytes.compact();
    chars.flip();
    text.append(chars);
    return chars.toString();
  }
}

package org.edgevlm.reference;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.edgevlm.spi.inference.ChatMessage;
import org.edgevlm.spi.inference.Tokenizer;

/** One token a byte, and three control tokens. */
public final class ReferenceTokenizer implements Tokenizer {

  /** The control tokens' texts; the first one's id is 256. */
  public static final List<String> CONTROL = List.of("<s>", "</s>", "<turn>");

  /** Begins a text. */
  public static final int BEGIN = 256;

  /** Ends an answer. */
  public static final int END = 257;

  /** Begins a turn. */
  public static final int TURN = 258;

  static final int SIZE = 259;

  /** The one vocabulary there is. */
  public ReferenceTokenizer() {}

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public int[] encode(String text, boolean parseSpecial) {
    int[] tokens = new int[text.length() * 4];
    int count = 0;
    int i = 0;
    while (i < text.length()) {
      int control = parseSpecial ? controlAt(text, i) : -1;
      if (control >= 0) {
        tokens[count++] = BEGIN + control;
        i += CONTROL.get(control).length();
      } else {
        int point = text.codePointAt(i);
        for (byte b : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
          tokens[count++] = b & 0xff;
        }
        i += Character.charCount(point);
      }
    }
    return java.util.Arrays.copyOf(tokens, count);
  }

  private static int controlAt(String text, int at) {
    for (int i = 0; i < CONTROL.size(); i++) {
      if (text.startsWith(CONTROL.get(i), at)) {
        return i;
      }
    }
    return -1;
  }

  /** Tokens as text, control tokens written out. */
  public String decode(int[] tokens) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int token : tokens) {
      bytes.writeBytes(
          token < BEGIN
              ? piece(token)
              : ("[" + CONTROL.get(token - BEGIN) + "]").getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  public byte[] piece(int token) {
    Objects.checkIndex(token, SIZE);
    return token < BEGIN ? new byte[] {(byte) token} : new byte[0];
  }

  @Override
  public boolean isEndOfGeneration(int token) {
    return token == END;
  }

  @Override
  public int beginOfText() {
    return BEGIN;
  }

  @Override
  public List<String> controlTexts() {
    return CONTROL;
  }

  @Override
  public String applyChatTemplate(List<ChatMessage> messages, boolean openAnswer) {
    StringBuilder text = new StringBuilder();
    for (ChatMessage message : messages) {
      text.append("<turn>").append(message.role()).append(": ").append(message.content());
      text.append('\n');
    }
    return openAnswer ? text.append("<turn>ASSISTANT:").toString() : text.toString();
  }
}

package org.edgevlm.plugin.speculative;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.edgevlm.spi.inference.ChatMessage;
import org.edgevlm.spi.inference.Tokenizer;

/** Words by number. */
record Vocabulary(List<String> words, int end, int beginOfText) implements Tokenizer {

  @Override
  public int size() {
    return words.size();
  }

  @Override
  public int[] encode(String text, boolean parseSpecial) {
    return new int[] {words.indexOf(text)};
  }

  @Override
  public byte[] piece(int token) {
    return words.get(token).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public boolean isEndOfGeneration(int token) {
    return token == end;
  }

  @Override
  public List<String> controlTexts() {
    return List.of();
  }

  @Override
  public String applyChatTemplate(List<ChatMessage> messages, boolean openAnswer) {
    return messages.get(0).content();
  }
}

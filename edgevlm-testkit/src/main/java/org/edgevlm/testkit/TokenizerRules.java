package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.inference.ChatMessage;
import org.edgevlm.spi.inference.Tokenizer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A model's vocabulary. */
abstract class TokenizerRules extends BackendRules {

  private static final List<String> TEXTS =
      List.of(
          "a",
          "A red ball lies on the grass.",
          "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich",
          "東京の空に青い鳥がいる。",
          "🎈 tabs\tand\nlines  and   spaces ",
          "{\"json\": [1, 2.5, null]}",
          "\u0000\u007f\u00ad\ufeff");

  TokenizerRules(BackendFixture fixture) {
    super(fixture);
  }

  private Tokenizer tokenizer() {
    return backend().model().tokenizer();
  }

  private String decode(int[] tokens) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int token : tokens) {
      bytes.writeBytes(tokenizer().piece(token));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  @DisplayName("The pieces of a text's tokens are the text, but for a space that a vocabulary adds")
  void piecesMakeTheText() {
    for (String text : TEXTS) {
      String back = decode(tokenizer().encode(text, false));
      assertTrue(
          back.equals(text) || back.equals(" " + text),
          "'" + text + "' came back as '" + back + "'");
    }
  }

  @Test
  @DisplayName("Tokens are those of the model, with a piece each; others are refused")
  void tokensAreInTheVocabulary() {
    int size = tokenizer().size();
    assertEquals(backend().model().info().vocabularySize(), size, "size");
    for (String text : TEXTS) {
      for (int token : tokenizer().encode(text, false)) {
        assertTrue(token >= 0 && token < size, "token " + token + " of a vocabulary of " + size);
      }
    }
    for (int token = 0; token < size; token++) {
      assertTrue(tokenizer().piece(token) != null, "the piece of token " + token);
    }
    for (int wrong : new int[] {-1, size, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      assertThrows(RuntimeException.class, () -> tokenizer().piece(wrong), "piece of " + wrong);
    }
  }

  @Test
  @DisplayName("encode adds no begin-of-text token, which has an empty piece")
  void encodeAddsNoBeginOfText() {
    int begin = tokenizer().beginOfText();
    assertTrue(begin >= -1 && begin < tokenizer().size(), "beginOfText " + begin);
    if (begin >= 0) {
      assertEquals(0, tokenizer().piece(begin).length, "the piece of the begin-of-text token");
      for (String text : TEXTS) {
        for (boolean special : new boolean[] {false, true}) {
          int[] tokens = tokenizer().encode(text, special);
          assertFalse(
              IntStream.of(tokens).anyMatch(token -> token == begin),
              "the tokens of '" + text + "' have a begin-of-text token");
        }
      }
    }
  }

  @Test
  @DisplayName("Some token ends an answer, and no token of a text does")
  void someTokenEndsAnAnswer() {
    int ends = 0;
    for (int token = 0; token < tokenizer().size(); token++) {
      ends += tokenizer().isEndOfGeneration(token) ? 1 : 0;
    }
    assertTrue(ends > 0, "no token ends an answer");
    for (String text : TEXTS) {
      for (int token : tokenizer().encode(text, false)) {
        assertFalse(tokenizer().isEndOfGeneration(token), "token " + token + " of '" + text + "'");
      }
    }
  }

  @Test
  @DisplayName("A control token's text becomes the token where asked for, with an empty piece")
  void controlTextsBecomeTokensWhereAskedFor() {
    for (String control : tokenizer().controlTexts()) {
      int[] tokens = tokenizer().encode(control, true);
      assertTrue(
          IntStream.of(tokens).anyMatch(token -> tokenizer().piece(token).length == 0),
          "'" + control + "' as " + Arrays.toString(tokens) + " has no control token");
    }
  }

  @Test
  @DisplayName("What a user writes never becomes a control token")
  void usersCannotForgeControlTokens() {
    for (String control : tokenizer().controlTexts()) {
      for (String text : List.of(control, "say " + control + " now", control + control)) {
        for (int token : tokenizer().encode(text, false)) {
          assertTrue(
              tokenizer().piece(token).length > 0,
              "'" + text + "' from a user has the control token " + token);
        }
      }
    }
  }

  @Test
  @DisplayName("Encoding is the same at any time and in several threads")
  void encodingWorksInSeveralThreads() throws Exception {
    String text = String.join(" ", TEXTS);
    int[] expected = tokenizer().encode(text, false);
    for (int[] tokens : Threads.same(4, 40, () -> tokenizer().encode(text, false))) {
      assertArrayEquals(expected, tokens, "tokens made in another thread");
    }
  }

  @Test
  @DisplayName("The chat template lays out what is said in order, or there is none")
  void theChatTemplateKeepsWhatIsSaid() {
    List<ChatMessage> messages =
        List.of(
            new ChatMessage(ChatMessage.Role.USER, "first question"),
            new ChatMessage(ChatMessage.Role.ASSISTANT, "first answer"),
            new ChatMessage(ChatMessage.Role.USER, "second question"));
    String text;
    try {
      text = tokenizer().applyChatTemplate(messages, true);
    } catch (EdgeVlmException e) {
      // A model without a template that the backend knows.
      return;
    }
    int at = 0;
    for (ChatMessage message : messages) {
      at = text.indexOf(message.content(), at);
      assertTrue(at >= 0, "'" + message.content() + "' isn't in its place in '" + text + "'");
    }
  }
}

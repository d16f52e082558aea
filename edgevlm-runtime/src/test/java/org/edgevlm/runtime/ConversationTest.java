package org.edgevlm.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.decoding.FinishReason;
import org.edgevlm.spi.decoding.TokenEvent;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.ChatMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Questions after something was said, and answers that end before a text. */
class ConversationTest {

  private static final ByteBuffer PICTURE = BmpVisionProvider.bmp(9, 5, 0xff0000, 0x0000ff);
  private static final ChatMessage FIRST = new ChatMessage(ChatMessage.Role.USER, "What is there?");
  private static final ChatMessage ANSWER = new ChatMessage(ChatMessage.Role.ASSISTANT, "A bird.");

  @TempDir Path folder;
  private ReferenceHome home;

  @BeforeEach
  void writeModels() throws Exception {
    home = new ReferenceHome(folder);
  }

  private static Answer ask(EdgeVlm vlm, AnswerRequest request) {
    return vlm.answer(request, TokenListener.NONE, CancelToken.NEVER);
  }

  private static AnswerRequest question(String text) {
    return AnswerRequest.question(PICTURE, text, 80);
  }

  @Test
  void whatWasSaidBeforeReachesTheModel() {
    try (EdgeVlm vlm = home.open()) {
      Answer alone = ask(vlm, question("Of what colour?"));
      Set<String> texts = new HashSet<>();
      for (int i = 0; i < 24; i++) {
        ChatMessage said = new ChatMessage(ChatMessage.Role.ASSISTANT, "Answer " + i);
        Conversation before = new Conversation(List.of(FIRST, said), 0);
        texts.add(ask(vlm, question("Of what colour?").withConversation(before)).text());
      }
      assertTrue(texts.size() > 1, texts.toString());
      Conversation before = new Conversation(List.of(FIRST, ANSWER), 0);
      Answer later = ask(vlm, question("Of what colour?").withConversation(before));
      // A byte is a token; each message begins with a control token and a role, and ends its line.
      int added = " USER: What is there?\n".length() + " ASSISTANT: A bird.\n".length() + 1;
      // The picture's own line moves with it.
      assertEquals(alone.promptTokens() + added - 1, later.promptTokens());
    }
  }

  @Test
  void whereThePictureIsMatters() {
    try (EdgeVlm vlm = home.open()) {
      Set<String> texts = new HashSet<>();
      for (int i = 0; i < 24; i++) {
        AnswerRequest request = question("Question " + i);
        List<ChatMessage> said = List.of(FIRST, ANSWER);
        texts.add(ask(vlm, request.withConversation(new Conversation(said, 0))).text() + i);
        texts.add(ask(vlm, request.withConversation(new Conversation(said, 2))).text() + i);
      }
      assertTrue(texts.size() > 24, texts.toString());
    }
  }

  @Test
  void aTemplateForOneQuestionSaysThatItTakesNoMore() {
    try (EdgeVlm vlm = home.open("prompt_template", "{image}{question}")) {
      Conversation before = new Conversation(List.of(FIRST, ANSWER), 0);
      AnswerRequest request = question("Of what colour?");
      String message =
          assertThrows(
                  ConversationException.class, () -> ask(vlm, request.withConversation(before)))
              .getMessage();
      assertTrue(message.contains("prompt_template"), message);
      assertTrue(ask(vlm, request).tokens() > 0);
    }
  }

  @Test
  void onlyAUsersMessageHasAPicture() {
    List<ChatMessage> said = List.of(FIRST, ANSWER);
    assertThrows(IllegalArgumentException.class, () -> new Conversation(said, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> new Conversation(said, 3));
    assertThrows(IndexOutOfBoundsException.class, () -> new Conversation(said, -1));
  }

  @Test
  void aStopTextEndsTheAnswerBetweenItsTokens() {
    AnswerRequest request = AnswerRequest.caption(PICTURE, 100);
    try (EdgeVlm vlm = home.open()) {
      Answer whole = ask(vlm, request);
      assertEquals("東京の空に青い鳥がいる。", whole.text());
      List<TokenEvent> events = new ArrayList<>();
      Answer cut =
          vlm.answer(request.withStops(List.of("蛇", "青い鳥")), events::add, CancelToken.NEVER);
      assertEquals("東京の空に", cut.text());
      assertEquals(FinishReason.STOP, cut.finishReason());
      assertEquals(1 + 8 * 3, cut.tokens(), "the tokens of the stop text were made");
      assertEquals(cut.tokens(), events.size());
      StringBuilder heard = new StringBuilder();
      events.forEach(event -> heard.append(event.text()));
      assertEquals(cut.text(), heard.toString().strip());
      assertEquals(whole.text(), ask(vlm, request.withStops(List.of("青い魚"))).text());
    }
  }

  @Test
  void whatIsHeldBackIsThereWhenTheAnswerEnds() {
    try (EdgeVlm vlm = home.open()) {
      AnswerRequest request = AnswerRequest.caption(PICTURE, 100).withStops(List.of("。つづく"));
      assertEquals("東京の空に青い鳥がいる。", ask(vlm, request).text());
      AnswerRequest cut = AnswerRequest.caption(PICTURE, 1 + 3).withStops(List.of("東方"));
      List<TokenEvent> events = new ArrayList<>();
      assertEquals("東", vlm.answer(cut, events::add, CancelToken.NEVER).text());
      assertEquals("東", events.get(3).text(), "the last token brings what was held back");
    }
  }

  @Test
  void anEmptyStopTextIsRefused() {
    AnswerRequest request = AnswerRequest.caption(PICTURE, 1);
    assertThrows(IllegalArgumentException.class, () -> request.withStops(List.of("a", "")));
  }
}

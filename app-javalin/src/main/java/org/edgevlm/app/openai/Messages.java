package org.edgevlm.app.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.edgevlm.runtime.Conversation;
import org.edgevlm.spi.inference.ChatMessage;
import org.edgevlm.spi.inference.ChatMessage.Role;

/**
 * A conversation as a client sends it: at least a user's message at the end, and one picture that
 * it is about, in that message or before. Of pictures in several messages the last counts, as the
 * conversation has moved on to it; several in one message are refused.
 *
 * @param question the last message; empty if it is only a picture
 * @param conversation what was said before, and where the picture is
 * @param picture its bytes
 * @param warnings what the user should know, one sentence each
 */
record Messages(
    Optional<String> question,
    Conversation conversation,
    ByteBuffer picture,
    List<String> warnings) {

  private static final int MAX_MESSAGES = 256;
  private static final int MAX_TEXT = 64 << 10;
  private static final String MESSAGES = "messages";

  /**
   * Reads a request's messages.
   *
   * @throws OpenAiException if they aren't such a conversation
   */
  static Messages read(Fields request) {
    JsonNode list = request.value(MESSAGES).orElseThrow(() -> request.missing(MESSAGES));
    if (!list.isArray()) {
      throw request.wrongType(MESSAGES, "an array");
    }
    if (list.isEmpty() || list.size() > MAX_MESSAGES) {
      throw OpenAiError.invalid(
          MESSAGES, "invalid_value", "Send from 1 to " + MAX_MESSAGES + " messages.");
    }
    List<Message> messages = new ArrayList<>();
    int characters = 0;
    for (int i = 0; i < list.size(); i++) {
      Message message = Message.read(list.get(i), MESSAGES + "[" + i + "]");
      messages.add(message);
      characters += message.text().length();
      if (characters > MAX_TEXT) {
        throw OpenAiError.invalid(
            MESSAGES,
            "context_length_exceeded",
            "The messages have more than " + MAX_TEXT + " characters.");
      }
    }
    return of(messages);
  }

  private static Messages of(List<Message> messages) {
    int last = messages.size() - 1;
    if (messages.get(last).role() != Role.USER) {
      throw OpenAiError.invalid(
          MESSAGES + "[" + last + "].role", "invalid_value", "The last message must be a user's.");
    }
    int imageAt = last;
    while (imageAt >= 0 && messages.get(imageAt).picture().isEmpty()) {
      imageAt--;
    }
    if (imageAt < 0) {
      throw OpenAiError.invalid(
          MESSAGES,
          "missing_image",
          "This model answers questions about a picture: put one into a user's message, as"
              + " {\"type\": \"image_url\", \"image_url\": {\"url\":"
              + " \"data:image/jpeg;base64,...\"}}.");
    }
    long pictures = messages.stream().filter(message -> message.picture().isPresent()).count();
    List<String> warnings =
        pictures == 1
            ? List.of()
            : List.of("the model looks at one picture: earlier ones were left out");
    String question = messages.get(last).text();
    if (question.isBlank() && imageAt < last) {
      throw OpenAiError.invalid(
          MESSAGES + "[" + last + "].content", "invalid_value", "The last message is empty.");
    }
    List<ChatMessage> earlier =
        messages.subList(0, last).stream()
            .map(message -> new ChatMessage(message.role(), message.text()))
            .toList();
    return new Messages(
        Optional.of(question).filter(text -> !text.isBlank()),
        new Conversation(earlier, imageAt),
        DataUri.bytes(messages.get(imageAt).picture().orElseThrow()),
        warnings);
  }
}

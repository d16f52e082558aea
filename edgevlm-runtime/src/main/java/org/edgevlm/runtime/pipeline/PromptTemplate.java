package org.edgevlm.runtime.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.edgevlm.runtime.Conversation;
import org.edgevlm.runtime.ConversationException;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.inference.ChatMessage;
import org.edgevlm.spi.inference.Tokenizer;

/**
 * Says which text goes around a picture and the messages of a conversation. Safe for use by several
 * threads at a time.
 */
@FunctionalInterface
interface PromptTemplate {

  /** What a prompt is made of, in order. */
  sealed interface Piece {

    /** The template's own text, control tokens written out. */
    record Fixed(String text) implements Piece {}

    /** The picture's place. */
    record Image() implements Piece {}

    /**
     * A message's place.
     *
     * @param index as in {@link Conversation#earlier}; the question comes after them
     */
    record Message(int index) implements Piece {}
  }

  /**
   * Lays a conversation out.
   *
   * @param conversation only who speaks, and where the picture is, counts
   * @throws ConversationException if the template has no place for what comes before the question
   */
  List<Piece> lay(Conversation conversation);

  /**
   * The template that a model was trained with. It is applied to markers that nobody can guess, so
   * that what users write never passes through it.
   *
   * @throws EdgeVlmException if the model has none, or one that changes a user's message
   */
  static PromptTemplate ofModel(Tokenizer tokenizer) {
    List<Piece> single =
        applied(tokenizer, Conversation.NONE)
            .orElseThrow(
                () ->
                    new EdgeVlmException(
                        "the model's chat template does not repeat a user's message once and"
                            + " unchanged: write one under prompt_template, as in 'USER:"
                            + " {image}\\n{question} ASSISTANT:'"));
    return conversation ->
        conversation.earlier().isEmpty()
            ? single
            : applied(tokenizer, conversation)
                .orElseThrow(
                    () ->
                        new ConversationException(
                            "the model's chat template does not repeat each of these messages once,"
                                + " unchanged and in order: ask without what was said before"));
  }

  /**
   * A template that the user wrote, with <code>{image}</code> and <code>{question}</code>. It lays
   * out a question that begins the conversation, and no other.
   *
   * @throws EdgeVlmException if it hasn't each once, in this order
   */
  static PromptTemplate ofText(String text) {
    List<Piece> single =
        cut(
                text,
                List.of("{image}", "{question}"),
                List.of(new Piece.Image(), new Piece.Message(0)))
            .orElseThrow(
                () ->
                    new EdgeVlmException(
                        "prompt_template '"
                            + text
                            + "' must be auto or a text that has {image} once and after it"
                            + " {question} once"));
    return conversation -> {
      if (!conversation.earlier().isEmpty()) {
        throw new ConversationException(
            "prompt_template has a place for one question only: set it to auto for conversations");
      }
      return single;
    };
  }

  private static Optional<List<Piece>> applied(Tokenizer tokenizer, Conversation conversation) {
    List<ChatMessage> messages = new ArrayList<>();
    List<String> markers = new ArrayList<>();
    List<Piece> marked = new ArrayList<>();
    int question = conversation.earlier().size();
    for (int i = 0; i <= question; i++) {
      String message = "message" + UUID.randomUUID();
      String content = message;
      if (i == conversation.imageAt()) {
        String image = "image" + UUID.randomUUID();
        markers.add(image);
        marked.add(new Piece.Image());
        content = image + "\n" + message;
      }
      markers.add(message);
      marked.add(new Piece.Message(i));
      ChatMessage.Role role =
          i == question ? ChatMessage.Role.USER : conversation.earlier().get(i).role();
      messages.add(new ChatMessage(role, content));
    }
    return cut(tokenizer.applyChatTemplate(messages, true), markers, marked);
  }

  /** Cuts a text at its markers; empty if it hasn't each of them once, in this order. */
  private static Optional<List<Piece>> cut(String text, List<String> markers, List<Piece> marked) {
    List<Piece> pieces = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < markers.size(); i++) {
      String marker = markers.get(i);
      int at = text.indexOf(marker);
      if (at < from || text.lastIndexOf(marker) != at) {
        return Optional.empty();
      }
      pieces.add(new Piece.Fixed(text.substring(from, at)));
      pieces.add(marked.get(i));
      from = at + marker.length();
    }
    pieces.add(new Piece.Fixed(text.substring(from)));
    return Optional.of(List.copyOf(pieces));
  }
}

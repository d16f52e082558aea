package org.edgevlm.runtime;

import java.util.List;
import java.util.Objects;
import org.edgevlm.spi.inference.ChatMessage;

/**
 * What was said before a question, and when the picture came.
 *
 * @param earlier the messages before the question, oldest first; white space at their ends doesn't
 *     reach the model
 * @param imageAt the message that the picture came with: a user's in {@code earlier}, or {@code
 *     earlier.size()} for the question itself
 */
public record Conversation(List<ChatMessage> earlier, int imageAt) {

  /** A question that begins the conversation. */
  public static final Conversation NONE = new Conversation(List.of(), 0);

  public Conversation {
    earlier = List.copyOf(earlier);
    Objects.checkIndex(imageAt, earlier.size() + 1);
    if (imageAt < earlier.size() && earlier.get(imageAt).role() != ChatMessage.Role.USER) {
      throw new IllegalArgumentException(
          "message " + imageAt + " isn't a user's, so no picture came with it");
    }
  }
}

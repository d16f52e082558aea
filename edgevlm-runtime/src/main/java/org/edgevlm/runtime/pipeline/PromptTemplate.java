package org.edgevlm.runtime.pipeline;

import java.util.List;
import java.util.UUID;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.inference.ChatMessage;
import org.edgevlm.spi.inference.Tokenizer;

/**
 * The text around an image and a question, cut where they go: {@code beforeImage IMAGE
 * beforeQuestion QUESTION afterQuestion}. Control tokens are written out.
 */
record PromptTemplate(String beforeImage, String beforeQuestion, String afterQuestion) {

  private static final String IMAGE = "{image}";
  private static final String QUESTION = "{question}";

  /**
   * The template that a model was trained with. It is applied once, to markers that nobody can
   * guess, so that what users write never passes through it.
   *
   * @throws EdgeVlmException if the model has none, or one that changes a user's message
   */
  static PromptTemplate ofModel(Tokenizer tokenizer) {
    String image = "image" + UUID.randomUUID();
    String question = "question" + UUID.randomUUID();
    ChatMessage message = new ChatMessage(ChatMessage.Role.USER, image + "\n" + question);
    String template = tokenizer.applyChatTemplate(List.of(message), true);
    return cut(
        template,
        image,
        question,
        "the model's chat template does not repeat a user's message once and unchanged:"
            + " write one under prompt_template, as in 'USER: {image}\\n{question} ASSISTANT:'");
  }

  /**
   * A template that the user wrote, with <code>{image}</code> and <code>{question}</code>.
   *
   * @throws EdgeVlmException if it hasn't each once, in this order
   */
  static PromptTemplate ofText(String text) {
    return cut(
        text,
        IMAGE,
        QUESTION,
        "prompt_template '"
            + text
            + "' must be auto or a text that has {image} once and after it {question} once");
  }

  private static PromptTemplate cut(String text, String image, String question, String problem) {
    int imageAt = text.indexOf(image);
    int questionAt = text.indexOf(question);
    if (imageAt < 0
        || questionAt < imageAt + image.length()
        || text.lastIndexOf(image) != imageAt
        || text.lastIndexOf(question) != questionAt) {
      throw new EdgeVlmException(problem);
    }
    return new PromptTemplate(
        text.substring(0, imageAt),
        text.substring(imageAt + image.length(), questionAt),
        text.substring(questionAt + question.length()));
  }
}

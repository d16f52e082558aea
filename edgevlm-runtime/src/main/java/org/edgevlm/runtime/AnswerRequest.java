package org.edgevlm.runtime;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.inference.Grammar;

/**
 * What is asked about an image.
 *
 * @param image the file's bytes, from position to limit; not copied, and not to be changed before
 *     the answer is there
 * @param question in the user's words; empty for a caption by the model's own caption prompt
 * @param maxTokens the longest answer, at least 1
 * @param sampling how tokens are chosen
 * @param grammar what the answer may look like; empty for any text. An answer that reaches {@code
 *     maxTokens} first is only the beginning of one that the grammar accepts
 * @param conversation what was said before the question
 * @param stops texts that end the answer where one would begin, none of them empty; what is found
 *     first, reading on character by character, counts, however many tokens bring it
 */
public record AnswerRequest(
    ByteBuffer image,
    Optional<String> question,
    int maxTokens,
    SamplingParameters sampling,
    Optional<Grammar> grammar,
    Conversation conversation,
    List<String> stops) {

  public AnswerRequest {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(sampling, "sampling");
    Objects.requireNonNull(grammar, "grammar");
    Objects.requireNonNull(conversation, "conversation");
    stops = List.copyOf(stops);
    if (stops.contains("")) {
      throw new IllegalArgumentException("an empty text can't end an answer");
    }
    if (question.isPresent() && question.get().isBlank()) {
      throw new IllegalArgumentException("the question is blank");
    }
    if (maxTokens < 1) {
      throw new IllegalArgumentException("maxTokens " + maxTokens + " is less than 1");
    }
  }

  /** A question that begins the conversation, and whose answer ends where the model ends it. */
  public AnswerRequest(
      ByteBuffer image,
      Optional<String> question,
      int maxTokens,
      SamplingParameters sampling,
      Optional<Grammar> grammar) {
    this(image, question, maxTokens, sampling, grammar, Conversation.NONE, List.of());
  }

  /** A request whose answer may be any text. */
  public AnswerRequest(
      ByteBuffer image, Optional<String> question, int maxTokens, SamplingParameters sampling) {
    this(image, question, maxTokens, sampling, Optional.empty());
  }

  /** The same request with an answer that a grammar accepts. */
  public AnswerRequest withGrammar(Grammar wanted) {
    return new AnswerRequest(
        image, question, maxTokens, sampling, Optional.of(wanted), conversation, stops);
  }

  /** The same request after what was said before. */
  public AnswerRequest withConversation(Conversation before) {
    return new AnswerRequest(image, question, maxTokens, sampling, grammar, before, stops);
  }

  /** The same request with an answer that ends before these texts, too. */
  public AnswerRequest withStops(List<String> texts) {
    return new AnswerRequest(image, question, maxTokens, sampling, grammar, conversation, texts);
  }

  /** A caption of at most so many tokens, always by the most likely token. */
  public static AnswerRequest caption(ByteBuffer image, int maxTokens) {
    return new AnswerRequest(image, Optional.empty(), maxTokens, SamplingParameters.GREEDY);
  }

  /** An answer of at most so many tokens, always by the most likely token. */
  public static AnswerRequest question(ByteBuffer image, String question, int maxTokens) {
    return new AnswerRequest(image, Optional.of(question), maxTokens, SamplingParameters.GREEDY);
  }
}

package org.edgevlm.runtime;

import java.nio.ByteBuffer;
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
 */
public record AnswerRequest(
    ByteBuffer image,
    Optional<String> question,
    int maxTokens,
    SamplingParameters sampling,
    Optional<Grammar> grammar) {

  public AnswerRequest {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(sampling, "sampling");
    Objects.requireNonNull(grammar, "grammar");
    if (question.isPresent() && question.get().isBlank()) {
      throw new IllegalArgumentException("the question is blank");
    }
    if (maxTokens < 1) {
      throw new IllegalArgumentException("maxTokens " + maxTokens + " is less than 1");
    }
  }

  /** A request whose answer may be any text. */
  public AnswerRequest(
      ByteBuffer image, Optional<String> question, int maxTokens, SamplingParameters sampling) {
    this(image, question, maxTokens, sampling, Optional.empty());
  }

  /** The same request with an answer that a grammar accepts. */
  public AnswerRequest withGrammar(Grammar wanted) {
    return new AnswerRequest(image, question, maxTokens, sampling, Optional.of(wanted));
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

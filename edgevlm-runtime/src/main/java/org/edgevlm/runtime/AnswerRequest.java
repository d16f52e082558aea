package org.edgevlm.runtime;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import org.edgevlm.spi.decoding.SamplingParameters;

/**
 * What is asked about an image.
 *
 * @param image the file's bytes, from position to limit; not copied, and not to be changed before
 *     the answer is there
 * @param question in the user's words; empty for a caption by the model's own caption prompt
 * @param maxTokens the longest answer, at least 1
 * @param sampling how tokens are chosen
 */
public record AnswerRequest(
    ByteBuffer image, Optional<String> question, int maxTokens, SamplingParameters sampling) {

  public AnswerRequest {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(sampling, "sampling");
    if (question.isPresent() && question.get().isBlank()) {
      throw new IllegalArgumentException("the question is blank");
    }
    if (maxTokens < 1) {
      throw new IllegalArgumentException("maxTokens " + maxTokens + " is less than 1");
    }
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

package org.edgevlm.runtime.pipeline;

import java.util.Objects;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.decoding.FinishReason;
import org.edgevlm.spi.decoding.Prompt;
import org.edgevlm.spi.decoding.Sampler;
import org.edgevlm.spi.decoding.TokenEvent;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.spi.inference.Tokenizer;

/** One answer while it is decoded: takes the strategy's tokens and says when it is enough. */
final class AnswerTask implements DecodingTask {

  /** Who is told of the tokens, who may stop them, and whether a known encoding will do. */
  record Audience(TokenListener listener, CancelToken cancel, boolean reuse) {
    Audience {
      Objects.requireNonNull(listener, "listener");
      Objects.requireNonNull(cancel, "cancel");
    }
  }

  private final InferenceSession session;
  private final SessionOptions options;
  private final Prompt prompt;
  private final StepResult promptLogits;
  private final LogitsSampler sampler;
  private final Tokenizer tokenizer;
  private final CacheReview review;
  private final Audience audience;
  private final StopTexts stops;
  private final int limit;
  private final TokenText text = new TokenText();
  private int emitted;
  private FinishReason finished;

  AnswerTask(
      InferenceSession session,
      SessionOptions options,
      Prompt prompt,
      StepResult promptLogits,
      LogitsSampler sampler,
      Tokenizer tokenizer,
      CacheReview review,
      Audience audience,
      StopTexts stops,
      int maxTokens) {
    this.session = session;
    this.options = options;
    this.prompt = prompt;
    this.promptLogits = promptLogits;
    this.sampler = sampler;
    this.tokenizer = tokenizer;
    this.review = review;
    this.audience = audience;
    this.stops = stops;
    // The last token isn't fed, so one more than there are positions left.
    limit = Math.min(maxTokens, session.capacity() - prompt.length() + 1);
  }

  @Override
  public InferenceSession session() {
    return session;
  }

  @Override
  public SessionOptions sessionOptions() {
    return options;
  }

  @Override
  public Prompt prompt() {
    return prompt;
  }

  @Override
  public StepResult promptLogits() {
    return promptLogits;
  }

  @Override
  public Sampler sampler() {
    return sampler;
  }

  @Override
  public int remaining() {
    return finished == null ? limit - emitted : 0;
  }

  @Override
  public boolean emit(int token, int layersUsed) {
    if (finished != null) {
      throw new PluginException("the decoding strategy emitted a token after the answer's end");
    }
    if (token < 0 || token >= tokenizer.size()) {
      throw new PluginException(
          "the decoding strategy emitted token "
              + token
              + " of a vocabulary of "
              + tokenizer.size());
    }
    if (audience.cancel().isCancelled()) {
      return finish(FinishReason.CANCELLED);
    }
    if (!sampler.allows(token)) {
      throw new PluginException(
          "the decoding strategy emitted token "
              + token
              + ", which the request's grammar doesn't allow there: it has to take the sampler's"
              + " choices");
    }
    if (tokenizer.isEndOfGeneration(token)) {
      return finish(FinishReason.STOP);
    }
    sampler.accept(token);
    boolean last = emitted + 1 == limit;
    String added = text.append(tokenizer.piece(token));
    if (last) {
      added += text.finish();
    }
    String released = stops.append(added);
    if (last) {
      released += stops.finish();
    }
    audience.listener().onToken(new TokenEvent(emitted, token, released, layersUsed));
    emitted++;
    if (stops.met()) {
      return finish(FinishReason.STOP);
    }
    if (last) {
      return finish(FinishReason.LENGTH);
    }
    if (audience.cancel().isCancelled()) {
      return finish(FinishReason.CANCELLED);
    }
    review.review(CacheObservation.Phase.DECODE);
    return true;
  }

  private boolean finish(FinishReason reason) {
    if (reason != FinishReason.LENGTH) {
      text.finish();
    }
    finished = reason;
    return false;
  }

  /**
   * Why the answer ended.
   *
   * @throws PluginException if it didn't: the strategy gave up
   */
  FinishReason finished() {
    if (finished == null) {
      throw new PluginException("the decoding strategy returned before the answer's end");
    }
    return finished;
  }

  /** Tokens of the answer. */
  int tokens() {
    return emitted;
  }

  /** The answer as decoded, up to a stop text. */
  String text() {
    return stops.cut(text.text());
  }
}

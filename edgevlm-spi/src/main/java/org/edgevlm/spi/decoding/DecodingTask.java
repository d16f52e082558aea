package org.edgevlm.spi.decoding;

import org.edgevlm.spi.Api;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;

/** One answer to be decoded. Confined to the thread that decodes. */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface DecodingTask {

  /** The target's session, prompt fed. */
  InferenceSession session();

  /** How the target's session was opened; a draft's session is usually opened plain. */
  SessionOptions sessionOptions();

  /** The prompt, for strategies that feed it to a draft model too. */
  Prompt prompt();

  /** The logits after the prompt: one row, valid until the session's next step. */
  StepResult promptLogits();

  /** Chooses tokens as the request asked for. */
  Sampler sampler();

  /** Tokens that may still be emitted. */
  int remaining();

  /**
   * Hands over the next token of the answer. It is final: whatever the session holds beyond it has
   * been rewound, and it must be the sampler's choice (or an equivalent draw) at its place.
   *
   * <p>The runtime checks for the end of the answer and for cancellation here, and lets the cache
   * policies review the session's cache.
   *
   * @param token a token id
   * @param layersUsed the layers that made it; see {@link StepResult#layersUsed}
   * @return whether to go on
   */
  boolean emit(int token, int layersUsed);
}

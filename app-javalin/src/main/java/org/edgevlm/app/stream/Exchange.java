package org.edgevlm.app.stream;

import io.javalin.http.Context;
import java.nio.ByteBuffer;
import org.edgevlm.app.service.Admission;
import org.edgevlm.app.service.RunningAnswer;
import org.edgevlm.runtime.Answer;

/** What the server does with the connection on behalf of a group of routes. */
public interface Exchange {

  /**
   * Reads a request's whole JSON body.
   *
   * @param maxBytes the longest
   * @param place pays for the memory
   * @throws org.edgevlm.app.service.ProblemException if it is too large, takes too long, ends early
   *     or doesn't fit into the memory that is left
   */
  ByteBuffer body(Context context, long maxBytes, Admission.Place place);

  /**
   * Waits for a whole answer as long as the client does.
   *
   * @throws RuntimeException if the client is gone; the answer is given up
   */
  Answer answer(Context context, RunningAnswer running);

  /** Sends an answer while it is made; see {@link AnswerStream#send}. */
  void stream(Context context, RunningAnswer running, AnswerStream.Script script);
}

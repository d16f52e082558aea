package org.edgevlm.app.http;

import io.javalin.http.Context;
import java.nio.ByteBuffer;
import org.edgevlm.app.service.Admission;
import org.edgevlm.app.service.RunningAnswer;
import org.edgevlm.app.service.ServerSettings;
import org.edgevlm.app.stream.AnswerStream;
import org.edgevlm.app.stream.Exchange;
import org.edgevlm.runtime.Answer;

/** Bodies and clients of this server, for groups of routes elsewhere. */
final class HttpExchange implements Exchange {

  private final ServerSettings settings;

  HttpExchange(ServerSettings settings) {
    this.settings = settings;
  }

  @Override
  public ByteBuffer body(Context context, long maxBytes, Admission.Place place) {
    Body.Limits limits = new Body.Limits(maxBytes, settings.uploadTime());
    return Body.read(context, limits, place, JsonFields.WEIGHT);
  }

  @Override
  public Answer answer(Context context, RunningAnswer running) {
    return ClientWatch.of(context).answer(running);
  }

  @Override
  public void stream(Context context, RunningAnswer running, AnswerStream.Script script) {
    AnswerStream.send(context, running, script, ClientWatch.of(context));
  }
}

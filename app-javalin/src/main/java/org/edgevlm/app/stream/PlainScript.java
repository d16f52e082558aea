package org.edgevlm.app.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.edgevlm.app.json.Json;
import org.edgevlm.app.service.Problem;
import org.edgevlm.runtime.Answer;

/**
 * The events of {@code /caption} and {@code /vqa}: {@code token} with a piece of text, {@code
 * answer} with what the route gives without streaming, and {@code problem} if it fails in between.
 */
public final class PlainScript implements AnswerStream.Script {

  /** A script for one answer or many; it has no state. */
  public PlainScript() {}

  @Override
  public List<AnswerStream.Event> begin() {
    return List.of();
  }

  @Override
  public AnswerStream.Event text(String text) {
    return new AnswerStream.Event("token", Json.line(Json.object().put("text", text)));
  }

  @Override
  public List<AnswerStream.Event> end(Answer answer) {
    ObjectNode json = Json.object();
    Json.writeAnswer(json, answer);
    return List.of(new AnswerStream.Event("answer", Json.line(json)));
  }

  @Override
  public AnswerStream.Event failure(Throwable error) {
    return new AnswerStream.Event("problem", Problem.of(error).json());
  }
}

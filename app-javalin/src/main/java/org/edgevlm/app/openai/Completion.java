package org.edgevlm.app.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.edgevlm.app.json.Json;
import org.edgevlm.app.stream.AnswerStream;
import org.edgevlm.runtime.Answer;
import org.edgevlm.spi.decoding.FinishReason;

/**
 * The answer to one request, whole or in chunks. Beside OpenAI's fields it has {@code edgevlm},
 * with timings, plugins, counters and warnings as {@code POST /vqa} gives them.
 *
 * @param id names it
 * @param created seconds since 1970
 * @param includeUsage whether its chunks end with what was used
 * @param warnings what to add to the answer's
 */
record Completion(
    String id, long created, ServedModel model, boolean includeUsage, List<String> warnings)
    implements AnswerStream.Script {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int ID_BYTES = 12;
  private static final AnswerStream.Event DONE = new AnswerStream.Event("", "[DONE]");

  static Completion of(ChatRequest request, ServedModel model) {
    byte[] random = new byte[ID_BYTES];
    RANDOM.nextBytes(random);
    return new Completion(
        "chatcmpl-" + HexFormat.of().formatHex(random),
        Instant.now().getEpochSecond(),
        model,
        request.includeUsage(),
        request.warnings());
  }

  /** The whole. */
  ObjectNode json(Answer answer) {
    ObjectNode json = head("chat.completion");
    ObjectNode choice = json.putArray("choices").addObject().put("index", 0);
    choice
        .putObject("message")
        .put("role", "assistant")
        .put("content", answer.text())
        .putNull("refusal");
    choice.putNull("logprobs").put("finish_reason", reason(answer));
    json.set("usage", usage(answer));
    json.set("edgevlm", details(answer));
    return json;
  }

  @Override
  public List<AnswerStream.Event> begin() {
    ObjectNode delta = Json.object().put("role", "assistant").put("content", "");
    return List.of(event(chunk(delta, null)));
  }

  @Override
  public AnswerStream.Event text(String text) {
    return event(chunk(Json.object().put("content", text), null));
  }

  @Override
  public List<AnswerStream.Event> end(Answer answer) {
    List<AnswerStream.Event> events = new ArrayList<>();
    ObjectNode last = chunk(Json.object(), reason(answer));
    last.set("edgevlm", details(answer));
    events.add(event(last));
    if (includeUsage) {
      ObjectNode used = head("chat.completion.chunk");
      used.putArray("choices");
      used.set("usage", usage(answer));
      events.add(event(used));
    }
    events.add(DONE);
    return events;
  }

  @Override
  public AnswerStream.Event failure(Throwable error) {
    return new AnswerStream.Event("", OpenAiError.of(error).json());
  }

  private ObjectNode head(String object) {
    return Json.object()
        .put("id", id)
        .put("object", object)
        .put("created", created)
        .put("model", model.id())
        .put("system_fingerprint", model.fingerprint());
  }

  private ObjectNode chunk(ObjectNode delta, String reason) {
    ObjectNode json = head("chat.completion.chunk");
    ObjectNode choice = json.putArray("choices").addObject().put("index", 0);
    choice.set("delta", delta);
    choice.putNull("logprobs").put("finish_reason", reason);
    if (includeUsage) {
      json.putNull("usage");
    }
    return json;
  }

  private static AnswerStream.Event event(ObjectNode json) {
    return new AnswerStream.Event("", Json.line(json));
  }

  private static String reason(Answer answer) {
    return answer.finishReason() == FinishReason.LENGTH ? "length" : "stop";
  }

  private static ObjectNode usage(Answer answer) {
    return Json.object()
        .put("prompt_tokens", answer.promptTokens())
        .put("completion_tokens", answer.tokens())
        .put("total_tokens", answer.promptTokens() + answer.tokens());
  }

  private ObjectNode details(Answer answer) {
    ObjectNode json = Json.object();
    Json.writeAnswer(json, answer);
    // They are where OpenAI has them.
    json.remove(List.of("text", "tokens", "prompt_tokens", "finish_reason"));
    warnings.forEach(json.withArray("warnings")::add);
    return json;
  }
}

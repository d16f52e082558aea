package org.edgevlm.app.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.edgevlm.app.json.Json;
import org.edgevlm.app.service.Problem;
import org.edgevlm.runtime.ConversationException;

/**
 * What went wrong, in the shape that OpenAI's clients read. The message may name a field of the
 * request, never what is in it.
 *
 * @param status the HTTP status
 * @param message a sentence that says what would be right
 * @param param the field it is about, as in {@code messages[0].content}; empty for none
 * @param code what programs tell errors apart by
 */
record OpenAiError(int status, String message, Optional<String> param, String code) {

  private static final int BAD_REQUEST = 400;
  private static final int SERVER_ERROR = 500;

  OpenAiError {
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(param, "param");
    Objects.requireNonNull(code, "code");
  }

  /** A field that isn't right. */
  static OpenAiException invalid(String param, String code, String message) {
    return new OpenAiException(new OpenAiError(BAD_REQUEST, message, Optional.of(param), code));
  }

  /** What a request's handling threw. */
  static OpenAiError of(Throwable error) {
    if (error instanceof OpenAiException known) {
      return known.error();
    }
    if (error instanceof ConversationException conversation) {
      return new OpenAiError(
          BAD_REQUEST, conversation.getMessage(), Optional.of("messages"), "unsupported_value");
    }
    return of(Problem.of(error));
  }

  /** The same as one of the server's own problems. */
  static OpenAiError of(Problem problem) {
    return switch (problem) {
      case MALFORMED_REQUEST ->
          of(BAD_REQUEST, "invalid_json", "The request isn't well-formed HTTP with a JSON object.");
      case UNSUPPORTED_CONTENT_TYPE ->
          of(problem.status(), "unsupported_content_type", "Send the body as application/json.");
      case UNAUTHORIZED ->
          of(
              problem.status(),
              "invalid_api_key",
              "Incorrect API key: send the server's token as the API key.");
      case NOT_FOUND ->
          of(
              problem.status(),
              "unknown_url",
              "There are POST /v1/chat/completions and GET /v1/models under /v1.");
      case PICTURE_TOO_LARGE, TOO_MANY_PIXELS -> picture(problem, "image_too_large");
      case UNSUPPORTED_PICTURE -> picture(problem, "invalid_image_format");
      case CORRUPT_PICTURE -> picture(problem, "image_parse_error");
      case PROMPT_TOO_LONG ->
          new OpenAiError(
              BAD_REQUEST,
              "The picture and the messages don't fit into the model's context: send fewer or"
                  + " shorter messages.",
              Optional.of("messages"),
              "context_length_exceeded");
      case BAD_GRAMMAR ->
          new OpenAiError(
              BAD_REQUEST,
              "The schema isn't of a form that the server's inference backend reads.",
              Optional.of("response_format"),
              "invalid_value");
      case GRAMMAR_UNSUPPORTED ->
          new OpenAiError(
              BAD_REQUEST,
              "The server's inference backend can't constrain answers: send no response_format.",
              Optional.of("response_format"),
              "unsupported_value");
      default -> of(clientsStatus(problem), name(problem), problem.detail());
    };
  }

  private static OpenAiError of(int status, String code, String message) {
    return new OpenAiError(status, message, Optional.empty(), code);
  }

  private static OpenAiError picture(Problem problem, String code) {
    return new OpenAiError(BAD_REQUEST, problem.detail(), Optional.of("messages"), code);
  }

  // OpenAI has no 422: what is wrong with a request is 400 throughout.
  private static int clientsStatus(Problem problem) {
    return problem.status() == 422 ? BAD_REQUEST : problem.status();
  }

  private static String name(Problem problem) {
    return problem.name().toLowerCase(Locale.ROOT);
  }

  /** The kind that OpenAI puts it down as. */
  String type() {
    return status >= SERVER_ERROR ? "server_error" : "invalid_request_error";
  }

  /** The body, on one line. */
  String json() {
    ObjectNode json = Json.object();
    json.putObject("error")
        .put("message", message)
        .put("type", type())
        .put("param", param.orElse(null))
        .put("code", code);
    return Json.line(json);
  }
}

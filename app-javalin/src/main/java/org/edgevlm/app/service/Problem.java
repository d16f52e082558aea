package org.edgevlm.app.service;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.OptionalInt;
import org.edgevlm.app.json.Json;
import org.edgevlm.runtime.MissingCapabilityException;
import org.edgevlm.spi.inference.ContextFullException;
import org.edgevlm.spi.inference.GrammarException;
import org.edgevlm.spi.vision.ImageException;

/**
 * Everything the server can say went wrong, as RFC 9457 problem details with fixed texts. Nothing
 * of a request, a file or an exception ever gets into one; what happened is in the log.
 */
public enum Problem {
  MALFORMED_REQUEST(
      400,
      "Malformed request",
      "The request isn't well-formed HTTP with a multipart/form-data body or a JSON object whose"
          + " image is Base64."),
  MISSING_IMAGE(
      400, "Missing field", "Send the picture as the field \"image\"; it wasn't there, or empty."),
  MISSING_QUESTION(400, "Missing field", "Send the question as the field \"question\"."),
  UNKNOWN_FIELD(
      400,
      "Unknown field",
      "POST /caption takes the fields image, prompt, max_length, grammar, json_schema and stream;"
          + " POST /vqa takes image, question, max_length, grammar, json_schema and stream."),
  UNAUTHORIZED(
      401, "Unauthorized", "Send the server's token in the header: Authorization: Bearer TOKEN."),
  HOST_NOT_ALLOWED(
      403,
      "Host not allowed",
      "The Host header names a host that this server isn't known by; server.allowed_hosts lists"
          + " those that it is."),
  ORIGIN_NOT_ALLOWED(
      403,
      "Origin not allowed",
      "Pages of another site may not ask this server; server.cors_origins lists those that may."),
  NOT_FOUND(404, "Not found", "GET /docs lists the addresses that there are."),
  METHOD_NOT_ALLOWED(
      405, "Method not allowed", "The Allow header names the methods that this address takes."),
  REQUEST_TIMEOUT(408, "Request timeout", "The request didn't arrive in time."),
  BODY_TOO_LARGE(413, "Body too large", "The body is larger than the server accepts."),
  PICTURE_TOO_LARGE(
      413, "Picture too large", "The picture has more bytes than the server accepts."),
  TOO_MANY_PIXELS(
      413, "Too many pixels", "The picture is wider, higher or larger than the server decodes."),
  UNSUPPORTED_CONTENT_TYPE(
      415,
      "Unsupported content type",
      "Send the request as multipart/form-data or application/json."),
  UNSUPPORTED_PICTURE(
      415, "Unsupported picture format", "Send the picture as JPEG, PNG, WebP or BMP."),
  TOO_MANY_PICTURES(422, "Too many pictures", "A request is about one picture."),
  CORRUPT_PICTURE(422, "Corrupt picture", "The picture is damaged or incomplete."),
  BAD_MAX_LENGTH(422, "Bad parameter", "max_length must be a whole number from 1 to 256."),
  BAD_STREAM(422, "Bad parameter", "stream must be true or false."),
  BAD_QUESTION(422, "Bad parameter", "question must be a text of 1 to 500 characters."),
  BAD_PROMPT(422, "Bad parameter", "prompt must be a text of 1 to 500 characters."),
  BAD_GRAMMAR(
      422,
      "Bad parameter",
      "Send either grammar, a GBNF text, or json_schema, each of 1 to 16384 bytes and of a form that"
          + " the server's inference backend reads."),
  GRAMMAR_UNSUPPORTED(
      422,
      "Grammar unsupported",
      "The server's inference backend can't constrain answers to a grammar."),
  PROMPT_TOO_LONG(
      422, "Prompt too long", "The picture and the text don't fit into the model's context."),
  HEADERS_TOO_LARGE(431, "Header fields too large", "The request's header is too large."),
  INTERNAL_ERROR(500, "Internal error", "The server failed; its log says more."),
  LOADING(503, "Loading", "The model is still loading; try again in a moment."),
  BUSY(503, "Busy", "The server has as many requests as it takes; try again in a moment."),
  DEADLINE_EXCEEDED(
      503, "Deadline exceeded", "The answer wasn't ready in the time that a request may take."),
  STOPPING(503, "Stopping", "The server is about to stop; ask the next one."),
  STUCK(503, "Stuck", "The model stopped responding; the server's log says more.");

  /** The content type of a problem. */
  public static final String CONTENT_TYPE = "application/problem+json";

  private final int status;
  private final String title;
  private final String detail;

  Problem(int status, String title, String detail) {
    this.status = status;
    this.title = title;
    this.detail = detail;
  }

  /** The HTTP status it is sent with. */
  public int status() {
    return status;
  }

  /** The reference that tells problems apart, as in {@code /problems/missing-image}. */
  public String type() {
    return "/problems/" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The body. */
  public String json() {
    ObjectNode json = Json.object();
    json.put("type", type());
    json.put("title", title);
    json.put("status", status);
    json.put("detail", detail);
    return Json.line(json);
  }

  /** Why the request failed, in a sentence that has nothing of the request. */
  public String detail() {
    return detail;
  }

  /** The seconds that {@code Retry-After} names; empty where trying again doesn't help. */
  public OptionalInt retryAfter() {
    return switch (this) {
      case LOADING, BUSY -> OptionalInt.of(1);
      case DEADLINE_EXCEEDED, STOPPING, STUCK -> OptionalInt.of(5);
      default -> OptionalInt.empty();
    };
  }

  /** The problem that stands for what a request's handling threw. */
  public static Problem of(Throwable error) {
    if (error instanceof ProblemException known) {
      return known.problem();
    }
    if (error instanceof ImageException image) {
      return switch (image.reason()) {
        case UNSUPPORTED -> UNSUPPORTED_PICTURE;
        case CORRUPT -> CORRUPT_PICTURE;
        case TOO_LARGE -> TOO_MANY_PIXELS;
      };
    }
    if (error instanceof ContextFullException) {
      return PROMPT_TOO_LONG;
    }
    if (error instanceof GrammarException) {
      return BAD_GRAMMAR;
    }
    // Of what a request can ask for, only a grammar is a matter of capabilities.
    return error instanceof MissingCapabilityException ? GRAMMAR_UNSUPPORTED : INTERNAL_ERROR;
  }

  /** The problem that stands for a status which the HTTP layer chose by itself. */
  public static Problem ofStatus(int status) {
    return switch (status) {
      case 401 -> UNAUTHORIZED;
      case 404 -> NOT_FOUND;
      case 405 -> METHOD_NOT_ALLOWED;
      case 408 -> REQUEST_TIMEOUT;
      case 413 -> BODY_TOO_LARGE;
      case 415 -> UNSUPPORTED_CONTENT_TYPE;
      case 431 -> HEADERS_TOO_LARGE;
      // Only a server that is being stopped refuses by itself.
      case 503 -> STOPPING;
      // Another version of HTTP than ours.
      case 505 -> MALFORMED_REQUEST;
      default -> status >= 400 && status < 500 ? MALFORMED_REQUEST : INTERNAL_ERROR;
    };
  }

  /** This problem as an exception, to leave a handler with. */
  public ProblemException exception() {
    return new ProblemException(this, null);
  }

  /** This problem as an exception that remembers what led to it, for the log. */
  public ProblemException exception(Throwable cause) {
    return new ProblemException(this, cause);
  }
}

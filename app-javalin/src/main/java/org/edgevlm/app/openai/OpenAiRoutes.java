package org.edgevlm.app.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Locale;
import org.edgevlm.app.json.Json;
import org.edgevlm.app.service.Admission;
import org.edgevlm.app.service.Problem;
import org.edgevlm.app.service.RunningAnswer;
import org.edgevlm.app.service.ServerParts;
import org.edgevlm.app.stream.Exchange;
import org.edgevlm.runtime.ConversationException;
import org.edgevlm.runtime.config.CoreKeys;

/** {@code POST /v1/chat/completions}, {@code GET /v1/models} and {@code GET /v1/models/ID}. */
public final class OpenAiRoutes {

  private static final String PREFIX = "/v1/";
  private static final String JSON = "application/json";
  private static final int MAX_DEPTH = 64;

  /** What messages may add to a picture, earlier ones of the conversation included. */
  private static final long OVERHEAD = 1 << 20;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  // The body's size has been checked; a picture is one long text.
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(Integer.MAX_VALUE)
                          .maxNestingDepth(MAX_DEPTH)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final ServerParts parts;
  private final Exchange exchange;
  private final ChatDefaults defaults;
  private final long maxPictureBytes;
  private final long created = Instant.now().getEpochSecond();

  /** Routes of a server. */
  public OpenAiRoutes(ServerParts parts, Exchange exchange) {
    this.parts = parts;
    this.exchange = exchange;
    defaults = ChatDefaults.of(parts.configuration());
    maxPictureBytes = CoreKeys.imageLimits(parts.configuration()).maxBytes();
  }

  /** Adds the routes, and what becomes of their errors. */
  public void register(JavalinConfig config) {
    config.routes.post("/v1/chat/completions", this::complete);
    config.routes.get("/v1/models", this::models);
    // In <> a parameter may have slashes, as names of models do elsewhere.
    config.routes.get("/v1/models/<id>", this::model);
    config.routes.exception(
        OpenAiException.class, (error, context) -> send(context, error.error()));
    config.routes.exception(
        ConversationException.class, (error, context) -> send(context, OpenAiError.of(error)));
  }

  /** Whether an address is one of those whose errors have OpenAI's shape. */
  public static boolean covers(String path) {
    return path.startsWith(PREFIX);
  }

  /** Sends one of the server's own problems in OpenAI's shape. */
  public static void send(Context context, Problem problem) {
    send(context, OpenAiError.of(problem));
  }

  private static void send(Context context, OpenAiError error) {
    context.status(error.status()).contentType(JSON).result(error.json());
  }

  private static void send(Context context, ObjectNode json) {
    context.contentType(JSON).result(Json.line(json));
  }

  private void models(Context context) {
    ObjectNode json = Json.object().put("object", "list");
    json.putArray("data").add(served().json(created));
    send(context, json);
  }

  private void model(Context context) {
    ServedModel served = served();
    served.require(context.pathParam("id"));
    send(context, served.json(created));
  }

  private ServedModel served() {
    return ServedModel.of(parts.readiness().edgeVlm());
  }

  private void complete(Context context) {
    ServedModel served = served();
    try (Admission.Place place = parts.admission().enter()) {
      ChatRequest request = read(context, place);
      served.require(request.model());
      Completion completion = Completion.of(request, served);
      try (RunningAnswer running = parts.queue().submit(request.answer())) {
        if (request.stream()) {
          exchange.stream(context, running, completion);
        } else {
          send(context, completion.json(exchange.answer(context, running)));
        }
      }
    }
  }

  private ChatRequest read(Context context, Admission.Place place) {
    String type = context.contentType();
    // Clients that forget it send JSON all the same; a form is something else.
    if (type != null && !type.toLowerCase(Locale.ROOT).contains("json")) {
      throw Problem.UNSUPPORTED_CONTENT_TYPE.exception();
    }
    long limit = (maxPictureBytes + 2) / 3 * 4 + OVERHEAD;
    ChatRequest request = ChatRequest.read(parsed(exchange.body(context, limit, place)), defaults);
    if (request.answer().image().remaining() > maxPictureBytes) {
      throw Problem.PICTURE_TOO_LARGE.exception();
    }
    return request;
  }

  private static JsonNode parsed(ByteBuffer body) {
    try {
      return MAPPER.readTree(body.array(), body.arrayOffset() + body.position(), body.remaining());
    } catch (IOException e) {
      throw Problem.MALFORMED_REQUEST.exception(e);
    }
  }
}

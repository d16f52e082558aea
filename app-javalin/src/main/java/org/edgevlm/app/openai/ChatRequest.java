package org.edgevlm.app.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.edgevlm.app.json.Json;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.inference.Grammar;

/**
 * The body of a {@code POST /v1/chat/completions}. Fields that it doesn't know are passed over, as
 * clients have many; those that would change the answer and can't be followed are refused.
 *
 * @param model the model that is asked for
 * @param answer what is asked
 * @param stream whether the answer is to come as it is made
 * @param includeUsage whether a stream ends with what was used
 * @param warnings what the user should know, one sentence each
 */
record ChatRequest(
    String model,
    AnswerRequest answer,
    boolean stream,
    boolean includeUsage,
    List<String> warnings) {

  private static final double MAX_TEMPERATURE = 2;
  private static final double LEAST_TOP_P = 1e-6;
  private static final int MAX_STOPS = 4;
  private static final int MAX_STOP_LENGTH = 256;
  private static final int MAX_SCHEMA_BYTES = 16 << 10;
  private static final String ANY_OBJECT = "{\"type\": \"object\"}";

  /**
   * Reads a body.
   *
   * @throws OpenAiException if something in it isn't right, or can't be done
   */
  static ChatRequest read(JsonNode body, ChatDefaults defaults) {
    if (!body.isObject()) {
      throw OpenAiError.invalid("", "invalid_type", "The body must be a JSON object.");
    }
    Fields fields = new Fields(body, "");
    String model = fields.requiredText("model");
    Refusals.check(fields);
    boolean stream = fields.flag("stream");
    Optional<Fields> options = fields.object("stream_options");
    if (options.isPresent() && !stream) {
      throw OpenAiError.invalid(
          "stream_options", "invalid_value", "'stream_options' is for \"stream\": true only.");
    }
    int length = length(fields, defaults);
    SamplingParameters sampling = sampling(fields, defaults.sampling());
    Optional<Grammar> grammar = grammar(fields);
    List<String> stops = stops(fields);
    // The picture last: it costs most.
    Messages messages = Messages.read(fields);
    AnswerRequest answer =
        new AnswerRequest(
            messages.picture(),
            messages.question(),
            length,
            sampling,
            grammar,
            messages.conversation(),
            stops);
    boolean usage = options.isPresent() && options.get().flag("include_usage");
    return new ChatRequest(model, answer, stream, usage, messages.warnings());
  }

  // More than the server gives is no error: the answer says "length" where that was the reason.
  private static int length(Fields fields, ChatDefaults defaults) {
    OptionalLong old = fields.integer("max_tokens", 1, Long.MAX_VALUE);
    OptionalLong current = fields.integer("max_completion_tokens", 1, Long.MAX_VALUE);
    if (old.isPresent() && current.isPresent() && old.getAsLong() != current.getAsLong()) {
      throw OpenAiError.invalid(
          "max_tokens",
          "invalid_value",
          "'max_tokens' is the old name of 'max_completion_tokens': send one of them.");
    }
    long asked = current.orElse(old.orElse(defaults.length()));
    return (int) Math.min(asked, defaults.maxLength());
  }

  private static SamplingParameters sampling(Fields fields, SamplingParameters defaults) {
    return new SamplingParameters(
        fields.number("temperature", 0, MAX_TEMPERATURE).orElse(defaults.temperature()),
        defaults.topK(),
        Math.max(LEAST_TOP_P, fields.number("top_p", 0, 1).orElse(defaults.topP())),
        defaults.minP(),
        defaults.repetitionPenalty(),
        fields.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE).orElse(defaults.seed()));
  }

  private static List<String> stops(Fields fields) {
    Optional<JsonNode> value = fields.value("stop");
    if (value.isEmpty()) {
      return List.of();
    }
    List<JsonNode> nodes = new ArrayList<>();
    if (value.get().isArray()) {
      value.get().forEach(nodes::add);
    } else {
      nodes.add(value.get());
    }
    List<String> stops = new ArrayList<>();
    for (JsonNode node : nodes) {
      if (!node.isTextual()) {
        throw fields.wrongType("stop", "a string or an array of strings");
      }
      stops.add(Texts.checked(node.textValue(), "stop"));
    }
    boolean fine =
        stops.stream().allMatch(stop -> !stop.isEmpty() && stop.length() <= MAX_STOP_LENGTH);
    if (stops.size() > MAX_STOPS || !fine) {
      throw OpenAiError.invalid(
          "stop",
          "invalid_value",
          "'stop' takes up to " + MAX_STOPS + " texts of 1 to " + MAX_STOP_LENGTH + " characters.");
    }
    return stops;
  }

  private static Optional<Grammar> grammar(Fields fields) {
    Optional<Fields> format = fields.object("response_format");
    if (format.isEmpty()) {
      return Optional.empty();
    }
    String type =
        format
            .get()
            .choice("type", Set.of("text", "json_object", "json_schema"))
            .orElseThrow(() -> format.get().missing("type"));
    return switch (type) {
      case "json_object" -> Optional.of(new Grammar(Grammar.Kind.JSON_SCHEMA, ANY_OBJECT));
      case "json_schema" -> Optional.of(schema(format.get()));
      default -> Optional.empty();
    };
  }

  private static Grammar schema(Fields format) {
    Fields described =
        format.object("json_schema").orElseThrow(() -> format.missing("json_schema"));
    Fields schema = described.object("schema").orElseThrow(() -> described.missing("schema"));
    String text = Json.line(schema.json());
    if (text.getBytes(StandardCharsets.UTF_8).length > MAX_SCHEMA_BYTES) {
      throw OpenAiError.invalid(
          described.name("schema"),
          "invalid_value",
          "The schema has more than " + MAX_SCHEMA_BYTES + " bytes.");
    }
    return new Grammar(Grammar.Kind.JSON_SCHEMA, text);
  }
}

package org.edgevlm.app.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The fields of OpenAI's that would change the answer and that this server can't follow. Left out
 * or with the value that changes nothing they pass, as clients like to send their defaults.
 */
final class Refusals {

  private static final Predicate<JsonNode> NEVER = value -> false;
  private static final Predicate<JsonNode> EMPTY =
      value -> value.isContainerNode() && value.isEmpty();
  private static final Predicate<JsonNode> ZERO =
      value -> value.isNumber() && value.doubleValue() == 0;
  private static final Predicate<JsonNode> NO = value -> value.isBoolean() && !value.booleanValue();
  private static final Predicate<JsonNode> NO_CALL =
      value -> List.of("none", "auto").contains(value.asText());

  /** What makes each of them harmless. */
  private static final Map<String, Predicate<JsonNode>> HARMLESS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("audio", NEVER),
              Map.entry("frequency_penalty", ZERO),
              Map.entry("function_call", NO_CALL),
              Map.entry("functions", EMPTY),
              Map.entry("logit_bias", EMPTY),
              Map.entry("logprobs", NO),
              Map.entry("modalities", Refusals::isTextOnly),
              Map.entry("n", value -> value.isIntegralNumber() && value.longValue() == 1),
              Map.entry("prediction", NEVER),
              Map.entry("presence_penalty", ZERO),
              Map.entry("tool_choice", NO_CALL),
              Map.entry("tools", EMPTY),
              Map.entry("top_logprobs", ZERO),
              Map.entry("web_search_options", NEVER)));

  private Refusals() {}

  private static boolean isTextOnly(JsonNode value) {
    return value.isArray() && value.size() == 1 && value.get(0).asText().equals("text");
  }

  /**
   * Checks that there is none of them.
   *
   * @throws OpenAiException that names the first
   */
  static void check(Fields fields) {
    HARMLESS.forEach(
        (name, harmless) ->
            fields
                .value(name)
                .filter(harmless.negate())
                .ifPresent(
                    value -> {
                      throw refused(name);
                    }));
  }

  private static OpenAiException refused(String name) {
    return name.equals("n")
        ? OpenAiError.invalid(
            name, "unsupported_value", "This server gives one answer a request: 'n' must be 1.")
        : OpenAiError.invalid(
            name,
            "unsupported_parameter",
            "This server can't do what '" + name + "' asks for: leave it out.");
  }
}

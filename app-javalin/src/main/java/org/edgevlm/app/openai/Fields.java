package org.edgevlm.app.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The fields of a JSON object, by type and range. A field that is {@code null} isn't there.
 *
 * @param json the object
 * @param path what its fields' names begin with in errors, as in {@code messages[0].}
 */
record Fields(JsonNode json, String path) {

  /** A field's value. */
  Optional<JsonNode> value(String name) {
    return Optional.ofNullable(json.get(name)).filter(value -> !value.isNull());
  }

  /** The name of a field as errors have it. */
  String name(String field) {
    return path + field;
  }

  /** A field that is one of a few words or a text. */
  Optional<String> text(String name) {
    return value(name)
        .map(
            value -> {
              if (!value.isTextual()) {
                throw wrongType(name, "a string");
              }
              return value.textValue();
            });
  }

  /** A field that has to be there. */
  String requiredText(String name) {
    return text(name).orElseThrow(() -> missing(name));
  }

  /** One of a few words. */
  Optional<String> choice(String name, Set<String> allowed) {
    Optional<String> text = text(name);
    if (text.isPresent() && !allowed.contains(text.get())) {
      throw OpenAiError.invalid(
          name(name),
          "invalid_value",
          "'"
              + name(name)
              + "' must be one of "
              + String.join(", ", allowed.stream().sorted().toList())
              + ".");
    }
    return text;
  }

  /** A whole number. */
  OptionalLong integer(String name, long least, long most) {
    Optional<JsonNode> value = value(name);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    if (!value.get().isIntegralNumber()) {
      throw wrongType(name, "an integer");
    }
    long number = value.get().longValue();
    if (!value.get().canConvertToLong() || number < least || number > most) {
      throw outOfRange(name, Long.toString(least), Long.toString(most));
    }
    return OptionalLong.of(number);
  }

  /** A number. */
  OptionalDouble number(String name, double least, double most) {
    Optional<JsonNode> value = value(name);
    if (value.isEmpty()) {
      return OptionalDouble.empty();
    }
    if (!value.get().isNumber()) {
      throw wrongType(name, "a number");
    }
    double number = value.get().doubleValue();
    if (!(number >= least && number <= most)) {
      throw outOfRange(name, Double.toString(least), Double.toString(most));
    }
    return OptionalDouble.of(number);
  }

  /** Yes or no; no if it isn't there. */
  boolean flag(String name) {
    Optional<JsonNode> value = value(name);
    if (value.isPresent() && !value.get().isBoolean()) {
      throw wrongType(name, "a boolean");
    }
    return value.isPresent() && value.get().booleanValue();
  }

  /** An object. */
  Optional<Fields> object(String name) {
    return value(name)
        .map(
            value -> {
              if (!value.isObject()) {
                throw wrongType(name, "an object");
              }
              return new Fields(value, name(name) + ".");
            });
  }

  /** An error for a field that isn't there. */
  OpenAiException missing(String name) {
    return OpenAiError.invalid(
        name(name), "missing_required_parameter", "The field '" + name(name) + "' is missing.");
  }

  /** An error for a field of another type. */
  OpenAiException wrongType(String name, String wanted) {
    return OpenAiError.invalid(
        name(name), "invalid_type", "'" + name(name) + "' must be " + wanted + ".");
  }

  private OpenAiException outOfRange(String name, String least, String most) {
    return OpenAiError.invalid(
        name(name),
        "invalid_value",
        "'" + name(name) + "' must be from " + least + " to " + most + ".");
  }
}

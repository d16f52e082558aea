package org.edgevlm.app.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.spi.inference.ChatMessage.Role;

/**
 * One message as a client sends it.
 *
 * @param text its parts of text, one a line
 * @param picture the address in it
 */
record Message(Role role, String text, Optional<Picture> picture) {

  /**
   * A picture's address.
   *
   * @param param the field that it was in
   */
  record Picture(String address, String param) {}

  private static final Map<String, Role> ROLES =
      Map.of(
          "system", Role.SYSTEM,
          "developer", Role.SYSTEM,
          "user", Role.USER,
          "assistant", Role.ASSISTANT);

  static Message read(JsonNode json, String path) {
    if (!json.isObject()) {
      throw OpenAiError.invalid(path, "invalid_type", "'" + path + "' must be an object.");
    }
    Fields fields = new Fields(json, path + ".");
    Role role = ROLES.get(fields.requiredText("role"));
    if (role == null) {
      throw OpenAiError.invalid(
          fields.name("role"),
          "unsupported_value",
          "'" + fields.name("role") + "' must be system, developer, user or assistant.");
    }
    for (String call : List.of("tool_calls", "function_call", "audio")) {
      if (fields.value(call).filter(value -> !value.isEmpty()).isPresent()) {
        throw OpenAiError.invalid(
            fields.name(call),
            "unsupported_parameter",
            "This server takes messages of text and pictures, not '" + call + "'.");
      }
    }
    JsonNode content = fields.value("content").orElseThrow(() -> fields.missing("content"));
    if (content.isTextual()) {
      return new Message(
          role, Texts.checked(content.textValue(), fields.name("content")), Optional.empty());
    }
    if (!content.isArray()) {
      throw fields.wrongType("content", "a string or an array of parts");
    }
    return ofParts(role, content, fields.name("content"));
  }

  private static Message ofParts(Role role, JsonNode parts, String path) {
    List<String> lines = new ArrayList<>();
    List<Picture> pictures = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      String at = path + "[" + i + "]";
      Fields part = new Fields(parts.get(i), at + ".");
      String type = part.requiredText("type");
      if (type.equals("text") || type.equals("refusal")) {
        lines.add(Texts.checked(part.requiredText(type), part.name(type)));
      } else if (type.equals("image_url") && role == Role.USER) {
        Fields image = part.object("image_url").orElseThrow(() -> part.missing("image_url"));
        pictures.add(new Picture(image.requiredText("url"), image.name("url")));
      } else {
        throw OpenAiError.invalid(
            part.name("type"),
            "unsupported_value",
            "'"
                + part.name("type")
                + "' must be text"
                + (role == Role.USER ? " or image_url" : " in a message that isn't a user's")
                + ".");
      }
    }
    if (pictures.size() > 1) {
      throw OpenAiError.invalid(
          path, "too_many_images", "The model looks at one picture: send one a message.");
    }
    return new Message(role, String.join("\n", lines), pictures.stream().findFirst());
  }
}

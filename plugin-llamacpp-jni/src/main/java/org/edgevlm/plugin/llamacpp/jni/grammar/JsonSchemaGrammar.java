package org.edgevlm.plugin.llamacpp.jni.grammar;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.edgevlm.spi.inference.GrammarException;

/**
 * Turns a JSON schema into GBNF. Every answer of the grammar is a value that the schema accepts;
 * not every such value is an answer: objects have their named properties in the schema's order,
 * numbers have at most 16 digits, and there is at most one space after a comma or a colon. A
 * keyword that isn't understood is refused, never ignored.
 *
 * <p>llama.cpp has a converter of its own in C++, which recurses as deep as the schema, follows
 * references and repeats without limits, and ignores what it doesn't know: not for text that comes
 * with a request.
 */
final class JsonSchemaGrammar {

  private static final int LONGEST = 1 << 16;
  private static final int DEEPEST = 32;
  private static final int MOST_REPEATS = 1000;

  private static final JsonMapper MAPPER = mapper();

  private static final String BASICS =
      """
      space ::= " "?
      hex ::= [0-9a-fA-F]
      char ::= [\\x20-\\x21\\x23-\\x5B\\x5D-\\x7E\\u0080-\\uD7FF\\uE000-\\U0010FFFF] | escape
      escape ::= "\\\\" (["\\\\bfnrt] | "u" hex hex hex hex)
      string ::= "\\"" char* "\\""
      integer ::= "-"? ("0" | [1-9] [0-9]{0,15})
      number ::= integer ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,2})?
      boolean ::= "true" | "false"
      null ::= "null"
      member ::= string ":" space value
      object ::= "{" (member ("," space member)*)? "}"
      array ::= "[" (value ("," space value)*)? "]"
      value ::= object | array | string | number | boolean | null
      """;

  private static final Set<String> TYPES =
      Set.of("string", "integer", "number", "boolean", "null", "object", "array");

  private final JsonNode root;
  private final StringBuilder rules = new StringBuilder(BASICS);
  private final Map<String, String> references = new HashMap<>();
  private int count;

  private JsonSchemaGrammar(JsonNode root) {
    this.root = root;
  }

  private static JsonMapper mapper() {
    return JsonMapper.builder(
            com.fasterxml.jackson.core.JsonFactory.builder()
                .streamReadConstraints(
                    StreamReadConstraints.builder()
                        .maxNestingDepth(2 * DEEPEST)
                        .maxNumberLength(32)
                        .maxStringLength(LONGEST)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build())
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build();
  }

  /**
   * A grammar for the values of a schema.
   *
   * @throws GrammarException if the schema can't be read, has keywords that aren't supported, or is
   *     too large
   */
  static String of(String schema) {
    if (schema.length() > LONGEST) {
      throw new GrammarException(
          "the JSON schema has " + schema.length() + " characters; at most " + LONGEST);
    }
    JsonNode root;
    try {
      root = MAPPER.readTree(schema);
    } catch (JsonProcessingException e) {
      throw new GrammarException("the JSON schema is no JSON: " + e.getOriginalMessage(), e);
    }
    JsonSchemaGrammar grammar = new JsonSchemaGrammar(root);
    String name = grammar.visit(new SchemaNode(root, ""), 0);
    return "root ::= " + name + "\n" + grammar.rules;
  }

  /** The name of a rule for the values of a schema. */
  private String visit(SchemaNode schema, int depth) {
    if (depth > DEEPEST) {
      throw schema.error("schemas are nested more than " + DEEPEST + " deep");
    }
    JsonNode json = schema.json();
    if (json.isBoolean() && json.booleanValue()) {
      return "value";
    }
    if (!json.isObject()) {
      throw schema.error("expected a schema: an object or true");
    }
    if (schema.has("$ref")) {
      schema.only("references", Set.of("$ref"));
      return reference(schema.child("$ref"), depth);
    }
    if (schema.has("const")) {
      schema.only("constants", Set.of("const", "type"));
      return rule(constant(schema, schema.child("const")));
    }
    if (schema.has("enum")) {
      schema.only("enumerations", Set.of("enum", "type"));
      return enumeration(schema);
    }
    if (schema.has("anyOf")) {
      schema.only("alternatives", Set.of("anyOf"));
      return alternatives(schema.child("anyOf"), depth);
    }
    if (!schema.has("type")) {
      schema.only("schemas without a type", Set.of("type", "$ref", "const", "enum", "anyOf"));
      return "value";
    }
    if (schema.child("type").json().isArray()) {
      return types(schema);
    }
    return typed(schema, schema.child("type").json().asText(""), depth);
  }

  private String typed(SchemaNode schema, String type, int depth) {
    switch (type) {
      case "string":
        return string(schema);
      case "integer":
        return integer(schema);
      case "number", "boolean", "null":
        schema.only("type " + type, Set.of("type"));
        return type;
      case "array":
        return array(schema, depth);
      case "object":
        return new ObjectRules(schema, this::visit, this::rule).add(depth);
      default:
        throw schema
            .child("type")
            .error("expected one of " + String.join(", ", TYPES.stream().sorted().toList()));
    }
  }

  private String types(SchemaNode schema) {
    schema.only("several types", Set.of("type"));
    List<String> names = new ArrayList<>();
    SchemaNode types = schema.child("type");
    for (int i = 0; i < types.json().size(); i++) {
      String name = types.json().get(i).asText("");
      if (!TYPES.contains(name) || names.contains(name)) {
        throw types.child(i).error("expected types, each once");
      }
      names.add(name);
    }
    if (names.isEmpty()) {
      throw types.error("expected at least one type");
    }
    if (names.contains("number")) {
      // Every whole number is a number: two ways to read one value.
      names.remove("integer");
    }
    return rule(String.join(" | ", names));
  }

  private String string(SchemaNode schema) {
    schema.only("type string", Set.of("type", "minLength", "maxLength"));
    if (!schema.has("minLength") && !schema.has("maxLength")) {
      return "string";
    }
    int min = schema.count("minLength", 0, MOST_REPEATS);
    int max = schema.count("maxLength", -1, MOST_REPEATS);
    return rule("\"\\\"\" " + repeated("char", min, max, schema) + " \"\\\"\"");
  }

  private String integer(SchemaNode schema) {
    schema.only("type integer", Set.of("type", "minimum", "maximum"));
    if (!schema.has("minimum") && !schema.has("maximum")) {
      return "integer";
    }
    if (!schema.has("minimum") || !schema.has("maximum")) {
      throw schema.error("minimum and maximum are supported together only");
    }
    JsonNode min = schema.json().get("minimum");
    JsonNode max = schema.json().get("maximum");
    boolean whole =
        min.isIntegralNumber()
            && max.isIntegralNumber()
            && min.canConvertToInt()
            && max.canConvertToInt();
    if (!whole
        || max.longValue() - min.longValue() >= MOST_REPEATS
        || max.intValue() < min.intValue()) {
      throw schema.error(
          "minimum and maximum must be whole numbers with at most " + MOST_REPEATS + " between");
    }
    List<String> values = new ArrayList<>();
    for (int i = min.intValue(); i <= max.intValue(); i++) {
      values.add("\"" + i + "\"");
    }
    return rule(String.join(" | ", values));
  }

  private String array(SchemaNode schema, int depth) {
    schema.only("type array", Set.of("type", "items", "minItems", "maxItems"));
    String item = schema.has("items") ? visit(schema.child("items"), depth + 1) : "value";
    int min = schema.count("minItems", 0, MOST_REPEATS);
    int max = schema.count("maxItems", -1, MOST_REPEATS);
    if (max == 0 && min == 0) {
      return rule("\"[]\"");
    }
    String rest =
        repeated("(\",\" space " + item + ")", Math.max(0, min - 1), Math.max(-1, max - 1), schema);
    String all = item + (max == 1 ? "" : " " + rest);
    return rule("\"[\" " + (min > 0 ? all : "(" + all + ")?") + " \"]\"");
  }

  private static String repeated(String item, int min, int max, SchemaNode schema) {
    if (max >= 0 && max < min) {
      throw schema.error("the least number is more than the most");
    }
    if (max == 0) {
      return "";
    }
    return max < 0
        ? min == 0 ? item + "*" : item + "{" + min + ",}"
        : item + "{" + min + "," + max + "}";
  }

  private String enumeration(SchemaNode schema) {
    SchemaNode values = schema.child("enum");
    if (!values.json().isArray() || values.json().isEmpty()) {
      throw values.error("expected an array of values");
    }
    Set<String> literals = new java.util.LinkedHashSet<>();
    for (int i = 0; i < values.json().size(); i++) {
      literals.add(constant(schema, values.child(i)));
    }
    return rule(String.join(" | ", literals));
  }

  private String constant(SchemaNode schema, SchemaNode value) {
    if (schema.has("type") && !matches(schema.json().get("type").asText(""), value.json())) {
      throw value.error("is not of the schema's type");
    }
    return ObjectRules.literal(value.json().toString());
  }

  private static boolean matches(String type, JsonNode value) {
    return switch (type) {
      case "string" -> value.isTextual();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      case "boolean" -> value.isBoolean();
      case "null" -> value.isNull();
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      default -> false;
    };
  }

  private String alternatives(SchemaNode schemas, int depth) {
    if (!schemas.json().isArray() || schemas.json().isEmpty()) {
      throw schemas.error("expected an array of schemas");
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < schemas.json().size(); i++) {
      names.add(visit(schemas.child(i), depth + 1));
    }
    return rule(String.join(" | ", names));
  }

  /** A schema elsewhere in the same text; one that contains itself is a rule that does. */
  private String reference(SchemaNode reference, int depth) {
    String target = reference.json().asText("");
    if (!target.startsWith("#")) {
      throw reference.error(
          "is " + reference.json() + "; only references inside the schema (#/...) are followed");
    }
    String known = references.get(target);
    if (known != null) {
      return known;
    }
    JsonNode json;
    try {
      json = root.at(target.substring(1));
    } catch (IllegalArgumentException e) {
      throw reference.error("is " + reference.json() + ", which is no JSON pointer");
    }
    if (json.isMissingNode()) {
      throw reference.error("is " + reference.json() + ", which is not in the schema");
    }
    String name = "ref-" + references.size();
    references.put(target, name);
    String body = visit(new SchemaNode(json, target.substring(1)), depth + 1);
    append(name, body);
    return name;
  }

  /** Adds a rule and returns its name. */
  private String rule(String body) {
    String name = "s" + count++;
    append(name, body);
    return name;
  }

  private void append(String name, String body) {
    rules.append(name).append(" ::= ").append(body).append('\n');
    if (rules.length() > LONGEST) {
      throw new GrammarException("the JSON schema makes a grammar of more than " + LONGEST);
    }
  }
}

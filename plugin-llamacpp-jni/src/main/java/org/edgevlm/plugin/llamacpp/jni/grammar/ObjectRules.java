package org.edgevlm.plugin.llamacpp.jni.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Rules for a JSON schema's objects: its properties in order, those that aren't required or not.
 */
final class ObjectRules {

  /** Makes a rule for a schema and returns its name. */
  interface Visitor {
    String visit(SchemaNode schema, int depth);
  }

  private final SchemaNode schema;
  private final Visitor visitor;
  private final UnaryOperator<String> rules;

  /**
   * @param rules adds a rule with a body and returns its name
   */
  ObjectRules(SchemaNode schema, Visitor visitor, UnaryOperator<String> rules) {
    this.schema = schema;
    this.visitor = visitor;
    this.rules = rules;
  }

  /** The name of the object's rule. */
  String add(int depth) {
    schema.only("type object", Set.of("type", "properties", "required", "additionalProperties"));
    if (!schema.has("properties")) {
      return free(depth);
    }
    // Whatever further properties a schema allows: none are made.
    SchemaNode properties = schema.child("properties");
    if (!properties.json().isObject()) {
      throw properties.error("expected an object with a schema for each property");
    }
    List<String> names = new ArrayList<>();
    properties.json().fieldNames().forEachRemaining(names::add);
    Set<String> required = required(names);
    // "first" where no property has been written yet, "next" behind one.
    // Nothing is written out: behind a bar, GBNF would go on in the next line.
    String first = "\"\"";
    String next = "\"\"";
    for (int i = names.size() - 1; i >= 0; i--) {
      String name = names.get(i);
      String member =
          literal(TextNode.valueOf(name).toString() + ":")
              + " space "
              + visitor.visit(properties.child(name), depth + 1);
      boolean must = required.contains(name);
      String begun = member + " " + next;
      String nextRule = rules.apply("\",\" space " + begun + (must ? "" : " | " + next));
      first = rules.apply(begun + (must ? "" : " | " + first));
      next = nextRule;
    }
    return rules.apply("\"{\" " + first + " \"}\"");
  }

  private String free(int depth) {
    if (schema.has("required")) {
      throw schema.child("required").error("names properties without a schema in 'properties'");
    }
    if (!schema.has("additionalProperties")) {
      return "object";
    }
    SchemaNode each = schema.child("additionalProperties");
    if (each.json().isBoolean()) {
      return each.json().booleanValue() ? "object" : rules.apply("\"{}\"");
    }
    String member = "string \":\" space " + visitor.visit(each, depth + 1);
    return rules.apply("\"{\" (" + member + " (\",\" space " + member + ")*)? \"}\"");
  }

  private Set<String> required(List<String> names) {
    Set<String> required = new HashSet<>();
    if (!schema.has("required")) {
      return required;
    }
    SchemaNode list = schema.child("required");
    if (!list.json().isArray()) {
      throw list.error("expected an array of names");
    }
    for (JsonNode name : list.json()) {
      if (!names.contains(name.asText(""))) {
        throw list.error("names " + name + ", which has no schema in 'properties'");
      }
      required.add(name.textValue());
    }
    return required;
  }

  /** Text as a literal of GBNF. */
  static String literal(String text) {
    StringBuilder literal = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        literal.append('\\').append(c);
      } else if (c < ' ') {
        literal.append(String.format("\\x%02X", (int) c));
      } else {
        literal.append(c);
      }
    }
    return literal.append('"').toString();
  }
}

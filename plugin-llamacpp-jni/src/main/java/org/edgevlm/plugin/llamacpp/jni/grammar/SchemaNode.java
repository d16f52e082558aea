package org.edgevlm.plugin.llamacpp.jni.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.Set;
import org.edgevlm.spi.inference.GrammarException;

/**
 * A place in a JSON schema.
 *
 * @param json what stands there
 * @param path a JSON pointer to it, for messages
 */
record SchemaNode(JsonNode json, String path) {

  /** Keywords that say nothing about which values are valid. */
  private static final Set<String> NOTES =
      Set.of(
          "$schema",
          "$id",
          "$comment",
          "$defs",
          "definitions",
          "title",
          "description",
          "default",
          "examples",
          "deprecated",
          "readOnly",
          "writeOnly");

  SchemaNode child(String name) {
    return new SchemaNode(json.get(name), path + "/" + name);
  }

  SchemaNode child(int index) {
    return new SchemaNode(json.get(index), path + "/" + index);
  }

  boolean has(String name) {
    return json.has(name);
  }

  /** Refuses keywords that would be ignored otherwise: the answer might break them. */
  void only(String what, Set<String> keywords) {
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!keywords.contains(name) && !NOTES.contains(name)) {
        throw error(
            "the keyword '"
                + name
                + "' is not supported for "
                + what
                + "; supported: "
                + String.join(", ", keywords.stream().sorted().toList()));
      }
    }
  }

  /** A count, or what stands for a missing one. */
  int count(String name, int missing, int most) {
    if (!has(name)) {
      return missing;
    }
    JsonNode value = json.get(name);
    if (!value.canConvertToInt()
        || !value.isIntegralNumber()
        || value.intValue() < 0
        || value.intValue() > most) {
      throw child(name).error("must be a whole number from 0 to " + most);
    }
    return value.intValue();
  }

  GrammarException error(String message) {
    return new GrammarException(
        "JSON schema at '" + (path.isEmpty() ? "/" : path) + "': " + message);
  }
}

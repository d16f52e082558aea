package org.edgevlm.app.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Checks values by the schemas of an OpenAPI document. */
public final class DocumentSchemas {

  private static final JsonSchemaFactory FACTORY =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

  private final ObjectNode document;
  private final ObjectNode closed;

  /** The schemas of a document. */
  public DocumentSchemas(ObjectNode document) {
    this.document = document;
    closed = document.deepCopy();
    close(closed.at("/components/schemas"));
    close(closed.at("/paths"));
  }

  /** Clients may see more fields than the document names; in these tests they may not. */
  private static void close(JsonNode node) {
    node.forEach(DocumentSchemas::close);
    if (node instanceof ObjectNode schema
        && schema.path("properties").isObject()
        && !schema.has("additionalProperties")) {
      schema.put("additionalProperties", false);
    }
  }

  /** What is wrong with a value, also a field that the document doesn't name. */
  public Set<String> problems(JsonNode schema, JsonNode value) {
    return problems(closed, schema, value);
  }

  /** What is wrong with a value by the document as it is. */
  public Set<String> problemsAsPublished(JsonNode schema, JsonNode value) {
    return problems(document, schema, value);
  }

  private static Set<String> problems(ObjectNode within, JsonNode schema, JsonNode value) {
    ObjectNode whole = within.objectNode();
    whole.set("components", within.get("components"));
    whole.setAll((ObjectNode) schema.deepCopy());
    return FACTORY.getSchema(whole).validate(value).stream()
        .map(ValidationMessage::getMessage)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** A schema by its name, as a reference. */
  public JsonNode named(String name) {
    return document.objectNode().put("$ref", "#/components/schemas/" + name);
  }

  /** The schema of a response of JSON, with references to responses followed. */
  public JsonNode ofResponse(String method, String path, int status, String type) {
    JsonNode responses = closed.get("paths").get(path).get(method).get("responses");
    JsonNode response = responses.path(Integer.toString(status));
    if (response.isMissingNode()) {
      response = responses.path(status / 100 + "XX");
    }
    if (response.has("$ref")) {
      response = closed.at(response.get("$ref").textValue().substring(1));
    }
    return response.path("content").path(type).path("schema");
  }
}

package org.edgevlm.app.openapi;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.edgevlm.app.Version;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The document: written by hand as YAML in a few files, sent as JSON. */
final class OpenApiDocument {

  private static final String FILE = "/openapi/openapi.yaml";
  private static final List<String> SCHEMAS =
      List.of(
          "/openapi/schemas-answers.yaml",
          "/openapi/schemas-openai.yaml",
          "/openapi/schemas-server.yaml");

  private OpenApiDocument() {}

  /** The document with its schemas and this program's version. */
  static ObjectNode read() {
    ObjectNode document = read(FILE);
    document.withObject("/info").put("version", Version.current());
    ObjectNode schemas = document.withObject("/components/schemas");
    SCHEMAS.forEach(file -> schemas.setAll(read(file)));
    return document;
  }

  private static ObjectNode read(String file) {
    try (InputStream in = OpenApiDocument.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the program's jar lacks " + file);
      }
      LoadSettings settings = LoadSettings.builder().setLabel(file).build();
      return new ObjectMapper().valueToTree(new Load(settings).loadFromInputStream(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

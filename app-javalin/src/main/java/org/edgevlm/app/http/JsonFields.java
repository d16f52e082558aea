package org.edgevlm.app.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.edgevlm.app.json.Json;
import org.edgevlm.app.service.Admission;
import org.edgevlm.app.service.Problem;

/**
 * The fields of a JSON body: an object whose {@code image} is Base64, as it is or as a {@code
 * data:} address. Numbers and booleans are what they are as text; an object is its JSON text.
 */
final class JsonFields {

  static final String MEDIA_TYPE = "application/json";

  /** The body, its text twice while it is parsed, and the picture: what a byte of it comes to. */
  static final int WEIGHT = 4;

  private static final int MAX_DEPTH = 64;
  private static final String DATA_MARK = ";base64,";
  private static final int MAX_DATA_HEAD = 64;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  // The body's size has been checked; a picture is one long text.
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(Integer.MAX_VALUE)
                          .maxNestingDepth(MAX_DEPTH)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonFields() {}

  /** Reads them; see {@link Upload#read}. */
  static Map<String, ByteBuffer> read(
      Context context, long maxPictureBytes, Duration time, Admission.Place place) {
    long encoded = (maxPictureBytes + 2) / 3 * 4 + Upload.OVERHEAD;
    Body.Limits limits = new Body.Limits(encoded, time);
    return parse(Body.read(context, limits, place, WEIGHT));
  }

  /** The fields of a body. */
  static Map<String, ByteBuffer> parse(ByteBuffer body) {
    JsonNode root;
    try {
      root = MAPPER.readTree(body.array(), body.arrayOffset() + body.position(), body.remaining());
    } catch (IOException e) {
      throw Problem.MALFORMED_REQUEST.exception(e);
    }
    if (root == null || !root.isObject()) {
      throw Problem.MALFORMED_REQUEST.exception();
    }
    Map<String, ByteBuffer> fields = new HashMap<>();
    root.properties()
        .forEach(field -> fields.put(field.getKey(), bytes(field.getKey(), field.getValue())));
    return fields;
  }

  private static ByteBuffer bytes(String name, JsonNode value) {
    if (name.equals(Upload.IMAGE)) {
      return picture(value);
    }
    if (value.isArray() || value.isNull()) {
      throw Problem.MALFORMED_REQUEST.exception();
    }
    String text = value.isObject() ? Json.line(value) : value.asText();
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static ByteBuffer picture(JsonNode value) {
    if (value.isArray()) {
      throw Problem.TOO_MANY_PICTURES.exception();
    }
    if (!value.isTextual()) {
      throw Problem.MALFORMED_REQUEST.exception();
    }
    String text = value.textValue();
    int from = 0;
    if (text.startsWith("data:")) {
      int mark = text.indexOf(DATA_MARK);
      if (mark < 0 || mark > MAX_DATA_HEAD) {
        throw Problem.MALFORMED_REQUEST.exception();
      }
      from = mark + DATA_MARK.length();
    }
    try {
      return ByteBuffer.wrap(Base64.getDecoder().decode(text.substring(from)));
    } catch (IllegalArgumentException e) {
      throw Problem.MALFORMED_REQUEST.exception(e);
    }
  }
}

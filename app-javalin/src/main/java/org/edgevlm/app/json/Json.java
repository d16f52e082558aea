package org.edgevlm.app.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.PluginNames;
import org.edgevlm.runtime.Timings;

/**
 * JSON trees. Names are in snake_case; times are milliseconds. Trees, not bound records: no package
 * has to be opened to a binder, and a renamed field can't slip into the interface.
 */
public final class Json {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  /** An empty object. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** An empty list. */
  public static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  /** On one line. */
  public static String line(Object tree) {
    try {
      return MAPPER.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values is always writable", e);
    }
  }

  /** With line breaks and indentation, for people. */
  public static String pretty(Object tree) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values is always writable", e);
    }
  }

  /** An answer, field by field as docs/api.md lists them. */
  public static void writeAnswer(ObjectNode json, Answer answer) {
    json.put("text", answer.text());
    json.put("tokens", answer.tokens());
    json.put("prompt_tokens", answer.promptTokens());
    json.put("finish_reason", name(answer.finishReason()));
    writeTimings(json.putObject("timings"), answer.timings());
    writePlugins(json.putObject("plugins"), answer.plugins());
    writeCounts(json.putObject("counters"), answer.counters());
    ArrayNode layers = json.putArray("kv_layers");
    answer
        .layers()
        .forEach(
            layer ->
                layers
                    .addObject()
                    .put("prefill_bytes", layer.prefillBytes())
                    .put("bytes", layer.bytes()));
    ArrayNode warnings = json.putArray("warnings");
    answer.warnings().forEach(warnings::add);
  }

  private static void writeTimings(ObjectNode json, Timings timings) {
    json.put("vision_ms", rounded(timings.visionMs()));
    json.put("encode_ms", rounded(timings.encodeMs()));
    json.put("prefill_ms", rounded(timings.prefillMs()));
    json.put("decode_ms", rounded(timings.decodeMs()));
    json.put("total_ms", rounded(timings.totalMs()));
    json.put("tokens_per_second", rounded(timings.tokensPerSecond()));
  }

  /** The set that answers. */
  public static void writePlugins(ObjectNode json, PluginNames plugins) {
    json.put("backend", plugins.backend());
    json.put("encoder", plugins.encoder());
    json.put("vision", plugins.vision());
    ArrayNode cache = json.putArray("cache");
    plugins.cache().forEach(cache::add);
    json.put("decoding", plugins.decoding());
    json.put("model", plugins.model());
  }

  /** Named counts. */
  public static void writeCounts(ObjectNode json, Map<String, Long> counts) {
    counts.forEach(json::put);
  }

  /** An enum's constant as JSON and YAML write it: lower case, with hyphens. */
  public static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** To three decimals; a number that JSON has no form for becomes 0. */
  public static double rounded(double value) {
    return Double.isFinite(value) ? Math.round(value * 1000) / 1000.0 : 0;
  }
}

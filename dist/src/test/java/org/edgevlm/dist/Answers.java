package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What every answer has in JSON, from the command line and from the server. */
final class Answers {

  private Answers() {}

  static void assertComplete(JsonNode json) {
    assertFalse(json.path("text").asText().isBlank(), json::toString);
    assertTrue(json.path("tokens").asInt() >= 1, json::toString);
    assertTrue(json.path("prompt_tokens").asInt() >= 1, json::toString);
    assertTrue(
        List.of("stop", "length").contains(json.path("finish_reason").asText()), json::toString);
    double stages = 0;
    for (String stage : List.of("vision_ms", "encode_ms", "prefill_ms", "decode_ms")) {
      double millis = json.at("/timings/" + stage).asDouble(-1);
      assertTrue(millis >= 0, json::toString);
      stages += millis;
    }
    double total = json.at("/timings/total_ms").asDouble(-1);
    assertTrue(total > 0 && stages <= total * 1.05 + 1, json::toString);
    assertTrue(json.at("/timings/tokens_per_second").asDouble(-1) >= 0, json::toString);
    assertEquals("llamacpp-bytedeco", json.at("/plugins/backend").asText());
    assertEquals("llamacpp-bytedeco", json.at("/plugins/encoder").asText());
    assertEquals("opencv", json.at("/plugins/vision").asText());
    assertEquals("autoregressive", json.at("/plugins/decoding").asText());
    assertEquals("edgevlm-tiny", json.at("/plugins/model").asText());
    assertTrue(json.at("/plugins/cache").isArray(), json::toString);
    assertTrue(json.path("counters").isObject(), json::toString);
    assertTrue(json.path("warnings").isArray(), json::toString);
  }
}

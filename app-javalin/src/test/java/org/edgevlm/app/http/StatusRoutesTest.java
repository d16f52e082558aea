package org.edgevlm.app.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.edgevlm.app.StuckDecodingProvider;
import org.edgevlm.app.service.Problem;
import org.edgevlm.app.service.ServerSettings;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the server says of itself. */
@Timeout(60)
class StatusRoutesTest {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Duration LONG = Duration.ofSeconds(50);

  /** A line of the text form: a name, labels, a number. */
  private static final Pattern SAMPLE =
      Pattern.compile("edgevlm_[a-z0-9_]+(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*})? [-0-9.E]+");

  @TempDir Path folder;
  private ReferenceHome home;

  @BeforeEach
  void writeModels() throws Exception {
    home = new ReferenceHome(folder);
  }

  private static HttpService start(EdgeVlm edgeVlm, Duration stuck) {
    ServerSettings settings =
        new ServerSettings(
            4, 8, 1 << 20, LONG, LONG, stuck, Duration.ofMillis(100), List.of(), List.of(), false);
    return HttpService.start(edgeVlm.config(), settings, Optional.empty(), "127.0.0.1", 0);
  }

  private static HttpResponse<String> get(HttpService service, String path, String accept)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(service.address() + path))
            .header("Accept", accept)
            .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> response, int status) throws Exception {
    assertEquals(status, response.statusCode(), response.body());
    return new ObjectMapper().readTree(response.body());
  }

  private static HttpResponse<String> caption(HttpService service, int tokens) throws Exception {
    ByteBuffer picture = BmpVisionProvider.bmp(9, 5, 0xff0000, 0x0000ff);
    byte[] bytes = new byte[picture.remaining()];
    picture.get(bytes);
    String body =
        "{\"image\": \""
            + Base64.getEncoder().encodeToString(bytes)
            + "\", \"max_length\": "
            + tokens
            + "}";
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(service.address() + "/caption"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  @Test
  void healthSaysHowFarLoadingIs() throws Exception {
    try (EdgeVlm edgeVlm = home.open();
        HttpService service = start(edgeVlm, LONG)) {
      service.progress().update(25, 100);
      JsonNode loading = json(get(service, "/health/ready", "*/*"), 503);
      assertEquals("loading", loading.get("status").asText());
      assertEquals(0.25, loading.get("progress").asDouble());
      assertEquals("live", json(get(service, "/health/live", "*/*"), 200).get("status").asText());
      service.ready(edgeVlm);
      JsonNode ready = json(get(service, "/health", "*/*"), 200);
      assertEquals("ready", ready.get("status").asText());
      assertEquals(1, ready.get("progress").asDouble());
      assertEquals(4, ready.at("/queue/capacity").asInt());
    }
  }

  @Test
  void aModelThatHangsForGoodIsNoLongerLive() throws Exception {
    try (EdgeVlm edgeVlm = home.open("decoding", "stuck");
        HttpService service = start(edgeVlm, Duration.ofMillis(200))) {
      service.ready(edgeVlm);
      assertEquals(Problem.STUCK.json(), caption(service, 1).body());
      assertEquals(200, caption(service, 3).statusCode());
      assertEquals(1, json(get(service, "/health", "*/*"), 200).at("/queue/stuck_workers").asInt());
      assertEquals(200, get(service, "/health/live", "*/*").statusCode());
      assertEquals(Problem.STUCK.json(), caption(service, 1).body());
      assertEquals("stuck", json(get(service, "/health/live", "*/*"), 503).get("status").asText());
      assertEquals("stuck", json(get(service, "/health", "*/*"), 503).get("status").asText());
      assertEquals(Problem.STUCK.json(), caption(service, 3).body());
      assertFalse(service.stop(), "the model must not be freed under a step");
      StuckDecodingProvider.letGo(2);
    }
  }

  @Test
  void prometheusReadsTheSameNumbers() throws Exception {
    try (EdgeVlm edgeVlm = home.open();
        HttpService service = start(edgeVlm, LONG)) {
      service.ready(edgeVlm);
      caption(service, 5);
      caption(service, 5);
      JsonNode json = json(get(service, "/metrics", "application/json"), 200);
      assertEquals(2, json.get("requests").asInt());
      for (String section : List.of("inference", "vision", "speculative", "system", "cache")) {
        assertTrue(json.get(section).size() > 3 || section.equals("vision"), json::toString);
      }
      assertEquals(1, json.at("/speculative/speed_up").asDouble(), "nothing was drafted");
      assertEquals(0, json.at("/cache/compressed_entries").asInt(-1));
      HttpResponse<String> text =
          get(service, "/metrics", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
      assertEquals(
          "text/plain; version=0.0.4; charset=utf-8",
          text.headers().firstValue("Content-Type").orElse("").replace(";charset", "; charset"));
      for (String line : text.body().split("\n")) {
        assertTrue(line.startsWith("# ") || SAMPLE.matcher(line).matches(), line);
      }
      for (String line :
          List.of(
              "edgevlm_requests_total 2.0",
              "edgevlm_tokens_total 10.0",
              "edgevlm_image_cache_hits_total 1.0",
              "edgevlm_stage_count_total{stage=\"encode\"} 1.0",
              "edgevlm_stage_count_total{stage=\"total\"} 2.0",
              "edgevlm_http_responses_total{status=\"200\"} 3.0")) {
        assertTrue(text.body().contains(line + "\n"), () -> line + " is not in\n" + text.body());
      }
      HttpResponse<String> own = get(service, "/metrics/prometheus", "*/*");
      assertEquals(names(text.body()), names(own.body()));
    }
  }

  private static TreeSet<String> names(String text) {
    TreeSet<String> names = new TreeSet<>();
    for (String line : text.split("\n")) {
      names.add(line.replaceAll(" [-0-9.E]+$", ""));
    }
    return names;
  }
}

package org.edgevlm.app.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.edgevlm.app.TestServer;
import org.edgevlm.app.Version;
import org.edgevlm.app.openapi.DocumentSchemas;
import org.edgevlm.app.service.ServerKeys;
import org.edgevlm.app.service.ServerSettings;
import org.edgevlm.app.stream.Events;
import org.edgevlm.app.stream.Events.Event;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The OpenAPI document against the routes that are registered and against what they answer. */
class OpenApiDocumentTest {

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Set<String> METHODS = Set.of("get", "post", "head", "put", "delete");

  /** The page and its parts, for browsers. */
  private static final List<String> NOT_THE_INTERFACE =
      List.of("/web/", "/openapi", "/docs", "/favicon.ico");

  @TempDir static Path folder;
  private static EdgeVlm edgeVlm;
  private static HttpService service;
  private static ObjectNode document;
  private static DocumentSchemas schemas;

  @BeforeAll
  static void start() throws Exception {
    edgeVlm = new ReferenceHome(folder).open();
    service = HttpService.start(edgeVlm.config(), settings(), Optional.empty(), "127.0.0.1", 0);
    service.ready(edgeVlm);
    document = (ObjectNode) MAPPER.readTree(send("GET", "/openapi.json", "").body());
    schemas = new DocumentSchemas(document);
  }

  @AfterAll
  static void stop() {
    service.close();
    edgeVlm.close();
  }

  /** With the route that is off by default. */
  private static ServerSettings settings() {
    return ServerSettings.of(
        Configuration.load(
            Optional.empty(),
            Map.of(),
            Map.of("server.benchmark", "true"),
            PluginRegistry.of(List.of()),
            ServerKeys.ALL));
  }

  private static HttpResponse<String> send(String method, String path, String json)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(service.address()).resolve(path))
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(json.replace('\'', '"')))
            .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  @Test
  void everyRouteIsDescribedAndNoOther() {
    Set<String> described = new TreeSet<>();
    document
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method ->
                            described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
    Set<String> registered = new TreeSet<>();
    for (String route : service.routes()) {
      String path = route.substring(route.indexOf(' ') + 1);
      if (!path.equals("/") && NOT_THE_INTERFACE.stream().noneMatch(path::startsWith)) {
        registered.add(route.replace('<', '{').replace('>', '}'));
      }
    }
    assertEquals(registered, described);
    assertTrue(described.size() > 10, described::toString);
  }

  @Test
  void theDocumentIsWhole() {
    assertEquals("3.1.0", document.get("openapi").textValue());
    assertEquals(Version.current(), document.at("/info/version").textValue());
    Set<String> ids = new HashSet<>();
    for (JsonNode path : document.get("paths")) {
      path.properties()
          .forEach(
              entry -> {
                assertTrue(METHODS.contains(entry.getKey()), entry::getKey);
                JsonNode operation = entry.getValue();
                assertTrue(ids.add(operation.get("operationId").textValue()), operation::toString);
                assertFalse(operation.get("summary").textValue().isBlank());
                assertFalse(operation.get("responses").isEmpty());
              });
    }
    List<JsonNode> references = document.findValues("$ref");
    assertTrue(references.size() > 50, "references: " + references.size());
    Set<String> used = new HashSet<>();
    for (JsonNode reference : references) {
      String text = reference.textValue();
      assertFalse(document.at(text.substring(1)).isMissingNode(), text);
      used.add(text.substring(text.lastIndexOf('/') + 1));
    }
    Set<String> unused = new TreeSet<>();
    document.at("/components/schemas").fieldNames().forEachRemaining(unused::add);
    unused.removeAll(used);
    assertEquals(Set.of("ChatCompletionChunk"), unused, "events have no schema of their own");
  }

  private static JsonNode assertDescribed(String method, String path, String json, int status)
      throws Exception {
    return assertDescribed(method, path, path, json, status);
  }

  private static JsonNode assertDescribed(
      String method, String route, String path, String json, int status) throws Exception {
    HttpResponse<String> response = send(method, path, json);
    assertEquals(status, response.statusCode(), response.body());
    String type = response.headers().firstValue("Content-Type").orElse("").split(";")[0];
    JsonNode schema = schemas.ofResponse(method.toLowerCase(Locale.ROOT), route, status, type);
    assertFalse(schema.isMissingNode(), () -> route + " has no " + status + " of " + type);
    JsonNode value = MAPPER.readTree(response.body());
    assertEquals(Set.of(), schemas.problems(schema, value), response::body);
    return value;
  }

  private static String picture() {
    return TestServer.dataUri();
  }

  private static String chat(String more) {
    return "{'model': 'tiny', 'messages': [{'role': 'user', 'content': [{'type': 'image_url',"
        + " 'image_url': {'url': '"
        + picture()
        + "'}}]}]"
        + more
        + "}";
  }

  @Test
  void answersAreAsDescribed() throws Exception {
    String image = "{'image': '" + picture() + "'";
    assertDescribed("POST", "/caption", image + "}", 200);
    assertDescribed("POST", "/vqa", image + ", 'question': 'What?'}", 200);
    assertDescribed("POST", "/v1/chat/completions", chat(""), 200);
    assertDescribed("GET", "/v1/models", "", 200);
    assertDescribed("GET", "/v1/models/{id}", "/v1/models/tiny", "", 200);
    assertDescribed("GET", "/health", "", 200);
    assertDescribed("GET", "/health/ready", "", 200);
    assertDescribed("GET", "/health/live", "", 200);
    assertDescribed("GET", "/metrics", "", 200);
    assertDescribed("POST", "/clear-cache", "", 200);
    // Its picture is none that the reference plugins read; the distribution's tests run it.
    assertDescribed("POST", "/benchmark", "", 415);
  }

  @Test
  void problemsAreAsDescribed() throws Exception {
    assertDescribed("POST", "/caption", "{}", 400);
    assertDescribed("POST", "/caption", "{'image': 'AQID'}", 415);
    assertDescribed("POST", "/vqa", "{'image': '" + picture() + "'}", 400);
    assertDescribed("POST", "/v1/chat/completions", chat(", 'n': 2"), 400);
    assertDescribed("POST", "/v1/chat/completions", "{", 400);
    assertDescribed("GET", "/v1/models/{id}", "/v1/models/other", "", 404);
  }

  @Test
  void whileTheModelLoadsTooItIsAsDescribed() throws Exception {
    HttpService ready = service;
    try (HttpService loading = HttpService.start(edgeVlm.config(), "127.0.0.1", 0)) {
      service = loading;
      assertDescribed("GET", "/health", "", 503);
      assertDescribed("POST", "/caption", "{}", 503);
      assertDescribed("POST", "/v1/chat/completions", chat(""), 503);
      assertDescribed("GET", "/v1/models", "", 503);
    } finally {
      service = ready;
    }
  }

  @Test
  void eventsAreAsDescribed() throws Exception {
    String options = ", 'stream': true, 'stream_options': {'include_usage': true}";
    List<Event> chunks = Events.of(send("POST", "/v1/chat/completions", chat(options)));
    for (Event chunk : chunks.subList(0, chunks.size() - 1)) {
      assertEquals(Set.of(), schemas.problems(schemas.named("ChatCompletionChunk"), chunk.json()));
    }
    List<Event> events =
        Events.of(send("POST", "/caption?stream=true", "{'image': '" + picture() + "'}"));
    JsonNode last = events.get(events.size() - 1).json();
    assertEquals(Set.of(), schemas.problems(schemas.named("Answer"), last));
  }

  @Test
  void requestsOfTheseTestsAreAsDescribed() throws Exception {
    JsonNode chat = MAPPER.readTree(chat(", 'stop': ['a'], 'max_tokens': 5").replace('\'', '"'));
    assertEquals(Set.of(), schemas.problemsAsPublished(schemas.named("ChatRequest"), chat));
    JsonNode two = MAPPER.readTree(chat(", 'n': 2").replace('\'', '"'));
    assertEquals(1, schemas.problemsAsPublished(schemas.named("ChatRequest"), two).size());
  }

  @Test
  void aPageShowsIt() throws Exception {
    HttpResponse<String> page = send("GET", "/docs", "");
    assertEquals(200, page.statusCode());
    String policy = page.headers().firstValue("Content-Security-Policy").orElse("");
    assertTrue(policy.startsWith("default-src 'none'; script-src 'self'"), policy);
    assertFalse(policy.contains("unsafe"), policy);
    for (String part : List.of("/openapi/docs.css", "/openapi/docs.js")) {
      assertTrue(page.body().contains('"' + part + '"'), part);
      HttpResponse<String> response = send("GET", part, "");
      assertEquals(200, response.statusCode());
      assertFalse(response.body().contains("http://") || response.body().contains("https://"));
    }
    assertFalse(page.body().contains("<style") || page.body().contains("onclick"), page.body());
  }
}

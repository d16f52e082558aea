package org.edgevlm.app.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.edgevlm.app.service.Problem;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server with the reference plugins behind it: real requests, real answers, no natives. */
class AnswerServiceTest {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final ByteBuffer PICTURE = BmpVisionProvider.bmp(9, 5, 0xff0000, 0x0000ff);
  private static final String YES_NO = "root ::= \"yes\" | \"no\"";

  @TempDir Path folder;
  private ReferenceHome home;

  @BeforeEach
  void writeModels() throws Exception {
    home = new ReferenceHome(folder);
  }

  /** What a running server is asked. */
  private interface Client {
    void ask(HttpService service) throws Exception;
  }

  private void serve(Client client, String... changes) throws Exception {
    try (EdgeVlm edgeVlm = home.open(changes);
        HttpService service = HttpService.start(edgeVlm.config(), "127.0.0.1", 0)) {
      service.ready(edgeVlm);
      client.ask(service);
    }
  }

  /** Fields alternate: name, text. A picture is always there. */
  private static HttpResponse<String> post(HttpService service, String path, String... fields)
      throws IOException, InterruptedException {
    Map<String, byte[]> parts = new LinkedHashMap<>();
    byte[] picture = new byte[PICTURE.remaining()];
    PICTURE.duplicate().get(picture);
    parts.put("image", picture);
    for (int i = 0; i < fields.length; i += 2) {
      parts.put(fields[i], fields[i + 1].getBytes(StandardCharsets.UTF_8));
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    parts.forEach(
        (name, content) -> {
          String head = "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n";
          body.writeBytes(head.getBytes(StandardCharsets.UTF_8));
          body.writeBytes(content);
          body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        });
    body.writeBytes("--B--\r\n".getBytes(StandardCharsets.UTF_8));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(service.address() + path))
            .header("Content-Type", "multipart/form-data; boundary=B")
            .POST(BodyPublishers.ofByteArray(body.toByteArray()))
            .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  private static JsonNode answer(HttpService service, String path, String... fields)
      throws IOException, InterruptedException {
    HttpResponse<String> response = post(service, path, fields);
    assertEquals(200, response.statusCode(), response.body());
    return new ObjectMapper().readTree(response.body());
  }

  private static void assertProblem(Problem problem, HttpResponse<String> response) {
    assertEquals(problem.json(), response.body());
    assertEquals(problem.status(), response.statusCode());
  }

  private static JsonNode metrics(HttpService service) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(service.address() + "/metrics")).build();
    return new ObjectMapper().readTree(CLIENT.send(request, BodyHandlers.ofString()).body());
  }

  @Test
  void aGrammarConstrainsBothKindsOfAnswer() throws Exception {
    serve(
        service -> {
          Set<String> allowed = Set.of("yes", "no");
          JsonNode caption = answer(service, "/caption", "grammar", YES_NO);
          assertTrue(allowed.contains(caption.get("text").asText()), caption::toString);
          JsonNode vqa = answer(service, "/vqa", "question", "Is it?", "grammar", YES_NO);
          assertTrue(allowed.contains(vqa.get("text").asText()), vqa::toString);
          JsonNode json =
              answer(
                  service, "/vqa", "question", "Is it?", "json_schema", "{\"type\": \"boolean\"}");
          assertTrue(Set.of("true", "false").contains(json.get("text").asText()), json::toString);
          assertEquals(0, json.get("warnings").size());
          assertEquals(0, metrics(service).get("degraded").size());
        });
  }

  @Test
  void badGrammarsAreOneProblem() throws Exception {
    serve(
        service -> {
          String[] texts = {
            "",
            "nonsense",
            "root ::= \"a",
            "root ::= \"\0\"",
            "root ::= \"" + "x".repeat(16_384) + "\""
          };
          for (String text : texts) {
            assertProblem(Problem.BAD_GRAMMAR, post(service, "/caption", "grammar", text));
            assertProblem(Problem.BAD_GRAMMAR, post(service, "/caption", "json_schema", text));
          }
          assertProblem(
              Problem.BAD_GRAMMAR,
              post(service, "/caption", "grammar", YES_NO, "json_schema", "{}"));
          assertEquals(200, post(service, "/caption", "max_length", "4").statusCode());
        });
  }

  @Test
  void aBackendWithoutGrammarsSaysSo() throws Exception {
    serve(
        service -> {
          assertProblem(Problem.GRAMMAR_UNSUPPORTED, post(service, "/caption", "grammar", YES_NO));
          assertEquals(0, answer(service, "/caption").get("warnings").size());
        },
        "backend",
        "plain");
  }

  @Test
  void whatWasDegradedIsInEveryAnswerAndInTheMetrics() throws Exception {
    serve(
        service -> {
          JsonNode plain = answer(service, "/caption");
          assertEquals(2, plain.get("warnings").size(), plain::toString);
          assertTrue(plain.at("/warnings/0").asText().contains("'reference-window'"));
          assertTrue(plain.at("/warnings/1").asText().contains("'reference-draft'"));
          assertEquals(0, plain.at("/plugins/cache").size());
          assertEquals("autoregressive", plain.at("/plugins/decoding").asText());
          JsonNode constrained = answer(service, "/caption", "grammar", YES_NO);
          assertEquals(3, constrained.get("warnings").size(), constrained::toString);
          assertEquals(plain.get("text"), constrained.get("text"));

          JsonNode metrics = metrics(service);
          assertEquals(2, metrics.get("degraded").size(), metrics::toString);
          assertEquals("cache", metrics.at("/degraded/0/service").asText());
          assertEquals("reference-window", metrics.at("/degraded/0/plugin").asText());
          assertEquals("LAYERWISE_KV", metrics.at("/degraded/0/missing/0").asText());
          assertEquals("left out", metrics.at("/degraded/0/fallback").asText());
          assertEquals("decoding", metrics.at("/degraded/1/service").asText());
          assertEquals("REWIND", metrics.at("/degraded/1/missing/0").asText());
          assertEquals("autoregressive", metrics.at("/degraded/1/fallback").asText());
          assertEquals(1, metrics.at("/counters/ignored_grammars").asInt());
        },
        "backend",
        "plain",
        "degrade",
        "true",
        "cache",
        "reference-window",
        "decoding",
        "reference-draft");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/caption", "/vqa"})
  void aFieldThatNobodyReadsIsRefused(String path) throws Exception {
    serve(
        service -> {
          String own = path.equals("/vqa") ? "question" : "prompt";
          String other = path.equals("/vqa") ? "prompt" : "question";
          assertEquals(200, post(service, path, own, "What?").statusCode());
          for (String name : new String[] {other, "max_lenght", "temperature", "secret<b>"}) {
            HttpResponse<String> response = post(service, path, own, "What?", name, "1");
            assertProblem(Problem.UNKNOWN_FIELD, response);
            assertFalse(response.body().contains("secret"), response.body());
          }
        });
  }

  @Test
  void aPromptThatIsTooLongIsNoInternalError() throws Exception {
    serve(
        service ->
            assertProblem(
                Problem.PROMPT_TOO_LONG, post(service, "/caption", "prompt", "x".repeat(400))));
  }
}

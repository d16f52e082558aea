package org.edgevlm.app.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.edgevlm.app.service.Problem;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.EdgeVlmException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server before its model is there; with a model it is tested in the distribution. */
class HttpServiceTest {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static HttpService service;

  @BeforeAll
  static void start() {
    service = HttpService.start(configuration(), "127.0.0.1", 0);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static Configuration configuration() {
    return Configuration.defaults(PluginRegistry.of(List.of()));
  }

  private static HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(service.address() + path))
            .method(method, BodyPublishers.noBody())
            .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  private static void assertProblem(Problem problem, HttpResponse<String> response)
      throws IOException {
    assertEquals(problem.status(), response.statusCode());
    assertEquals(Problem.CONTENT_TYPE, response.headers().firstValue("Content-Type").orElse(""));
    assertEquals(problem.json(), response.body());
  }

  @Test
  void healthTellsLoadingFromReady() throws Exception {
    HttpResponse<String> response = send("GET", "/health");
    assertEquals(503, response.statusCode());
    JsonNode json = new ObjectMapper().readTree(response.body());
    assertEquals("loading", json.get("status").asText());
    assertEquals(503, send("HEAD", "/health").statusCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/caption", "/vqa"})
  void requestsHaveToWaitForTheModel(String path) throws Exception {
    HttpResponse<String> response = send("POST", path);
    assertProblem(Problem.LOADING, response);
    assertEquals("1", response.headers().firstValue("Retry-After").orElse(""));
  }

  @Test
  void metricsHaveToWaitForTheModel() throws Exception {
    assertProblem(Problem.LOADING, send("GET", "/metrics"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/web", "/captions", "/caption/1", "/..%2f..%2fetc/passwd", "/%00"})
  void otherAddressesAreNotThere(String path) throws Exception {
    HttpResponse<String> response = send("GET", path);
    assertTrue(response.statusCode() == 404 || response.statusCode() == 400);
    assertEquals(Problem.CONTENT_TYPE, response.headers().firstValue("Content-Type").orElse(""));
    assertFalse(response.body().contains("passwd"));
  }

  @Test
  void otherMethodsAreNotAllowed() throws Exception {
    assertProblem(Problem.METHOD_NOT_ALLOWED, send("GET", "/caption"));
    assertProblem(Problem.METHOD_NOT_ALLOWED, send("DELETE", "/health"));
    assertEquals("POST", send("GET", "/vqa").headers().firstValue("Allow").orElse(""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GARBAGE\r\n\r\n",
        "GET /health HTTP/9.9\r\n\r\n",
        "GET /health HTTP/1.1\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
      })
  void whatIsNotHttpGetsAProblemToo(String text) throws IOException {
    assertRawProblem(text);
  }

  @Test
  void endlessHeadersGetAProblemToo() throws IOException {
    assertRawProblem("GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(20_000) + "\r\n\r\n");
  }

  private static void assertRawProblem(String request) throws IOException {
    URI address = URI.create(service.address());
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      String response =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertTrue(response.matches("(?s)HTTP/1.1 4\\d\\d.*"), response);
      assertTrue(response.contains("application/problem+json"), response);
      assertTrue(response.contains("\"type\":\"/problems/"), response);
      assertFalse(response.contains("jetty"), response);
      assertFalse(response.contains("Exception"), response);
    }
  }

  @Test
  void aPortThatIsTakenIsNamed() {
    int port = URI.create(service.address()).getPort();
    EdgeVlmException error =
        assertThrows(
            EdgeVlmException.class, () -> HttpService.start(configuration(), "127.0.0.1", port));
    assertTrue(error.getMessage().contains("port " + port), error.getMessage());
  }
}

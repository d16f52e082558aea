package org.edgevlm.app.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.app.service.AccessToken;
import org.edgevlm.app.service.Problem;
import org.edgevlm.app.service.ServerKeys;
import org.edgevlm.app.service.ServerSettings;
import org.edgevlm.runtime.config.ConfigException;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask, over real sockets: Java's own client sends no forged Host. */
class GuardsTest {

  private static final String TOKEN = "0123456789abcdef-0123";
  private static final String FRIEND = "https://friend.example";
  private static HttpService open;
  private static HttpService guarded;

  @BeforeAll
  static void start() {
    open = start(Optional.empty());
    guarded = start(Optional.of(AccessToken.of(TOKEN, "a test")));
  }

  private static HttpService start(Optional<AccessToken> token) {
    Configuration configuration =
        configuration(
            Map.of("server.allowed_hosts", "kitchen.example", "server.cors_origins", FRIEND));
    return HttpService.start(
        configuration, ServerSettings.of(configuration), token, "127.0.0.1", 0);
  }

  private static Configuration configuration(Map<String, String> sets) {
    return Configuration.load(
        Optional.empty(), Map.of(), sets, PluginRegistry.of(List.of()), ServerKeys.ALL);
  }

  @AfterAll
  static void stop() {
    open.close();
    guarded.close();
  }

  /** What came back. */
  private record Reply(int status, Map<String, String> headers, String body) {
    boolean is(Problem problem) {
      return status == problem.status() && body.equals(problem.json());
    }
  }

  private static Reply ask(HttpService service, String method, String path, String... headers)
      throws IOException {
    URI address = URI.create(service.address());
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    if (head.indexOf("Host:") < 0) {
      head.append("Host: ").append(address.getAuthority()).append("\r\n");
    }
    head.append("Connection: close\r\n\r\n");
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.US_ASCII));
      String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int end = all.indexOf("\r\n\r\n");
      Map<String, String> fields = new HashMap<>();
      for (String line : all.substring(0, end).split("\r\n")) {
        int colon = line.indexOf(": ");
        if (colon > 0) {
          fields.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
        }
      }
      return new Reply(Integer.parseInt(all.substring(9, 12)), fields, all.substring(end + 4));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST:9",
        "127.0.0.1:1",
        "192.168.0.7",
        "[::1]:80",
        "kitchen.example"
      })
  void namesThatAreThisServersPass(String host) throws IOException {
    assertEquals(503, ask(open, "GET", "/health", "Host: " + host).status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "a"})
  void aNameThatSomebodyBoundToThisAddressDoesNot(String host) throws IOException {
    assertTrue(ask(open, "GET", "/health", "Host: " + host).is(Problem.HOST_NOT_ALLOWED));
    assertTrue(ask(open, "POST", "/caption", "Host: " + host).is(Problem.HOST_NOT_ALLOWED));
    assertTrue(
        ask(open, "GET", "http://" + host + "/health", "Host: " + host)
            .is(Problem.HOST_NOT_ALLOWED));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://evil.example", "null", "http://localhost:1", "nonsense", "http://"})
  void pagesOfOthersMayNotAsk(String origin) throws IOException {
    for (String method : List.of("POST", "OPTIONS")) {
      Reply reply = ask(open, method, "/caption", "Origin: " + origin);
      assertTrue(reply.is(Problem.ORIGIN_NOT_ALLOWED), reply::toString);
      assertFalse(reply.headers().containsKey("access-control-allow-origin"));
    }
  }

  @Test
  void itsOwnPagesMayAsk() throws IOException {
    Reply reply = ask(open, "POST", "/caption", "Origin: " + open.address());
    assertTrue(reply.is(Problem.LOADING), reply::toString);
    assertFalse(reply.headers().containsKey("access-control-allow-origin"));
  }

  @Test
  void pagesOnTheListMayAskAndAreToldSo() throws IOException {
    Reply preflight =
        ask(
            guarded,
            "OPTIONS",
            "/caption",
            "Origin: " + FRIEND,
            "Access-Control-Request-Method: POST");
    assertEquals(204, preflight.status());
    assertEquals(FRIEND, preflight.headers().get("access-control-allow-origin"));
    assertTrue(preflight.headers().get("access-control-allow-methods").contains("POST"));
    assertTrue(preflight.headers().get("access-control-allow-headers").contains("Authorization"));
    Reply asked =
        ask(guarded, "POST", "/caption", "Origin: " + FRIEND, "Authorization: Bearer " + TOKEN);
    assertTrue(asked.is(Problem.LOADING), asked::toString);
    assertEquals(FRIEND, asked.headers().get("access-control-allow-origin"));
    assertEquals("Origin", asked.headers().get("vary"));
    // The list is about pages, not about tokens.
    assertTrue(ask(guarded, "POST", "/caption", "Origin: " + FRIEND).is(Problem.UNAUTHORIZED));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X: y",
        "Authorization: Bearer",
        "Authorization: Bearer 0123456789abcdef-0124",
        "Authorization: Bearer 0123456789abcdef-01234",
        "Authorization: Basic 0123456789abcdef-0123",
        "Authorization: 0123456789abcdef-0123"
      })
  void withoutTheTokenThereIsNothing(String header) throws IOException {
    for (String path : List.of("/caption", "/vqa", "/clear-cache", "/v1/chat/completions")) {
      Reply reply = ask(guarded, "POST", path, header);
      assertEquals(401, reply.status(), reply::toString);
      assertEquals("Bearer", reply.headers().get("www-authenticate"));
    }
    for (String path : List.of("/metrics", "/metrics/prometheus", "/v1/models", "/nothing")) {
      assertEquals(401, ask(guarded, "GET", path, header).status(), path);
    }
    assertEquals(401, ask(guarded, "POST", "/health", header).status());
  }

  @Test
  void theTokenOpensAndHealthNeedsNone() throws IOException {
    Reply reply = ask(guarded, "POST", "/caption", "authorization: bearer " + TOKEN);
    assertTrue(reply.is(Problem.LOADING), reply::toString);
    assertEquals(503, ask(guarded, "GET", "/health").status());
    assertEquals(200, ask(guarded, "GET", "/health/live").status());
  }

  @Test
  void everyAnswerHasAnIdAndHeadersForBrowsers() throws IOException {
    Reply health = ask(open, "GET", "/health", "X-Request-Id: mine-1.2_3");
    assertEquals("mine-1.2_3", health.headers().get("x-request-id"));
    Reply forged = ask(open, "GET", "/health", "X-Request-Id: a b<script>");
    assertTrue(forged.headers().get("x-request-id").matches("[0-9a-f]{16}"));
    assertNotEquals(
        forged.headers().get("x-request-id"),
        ask(open, "GET", "/nothing").headers().get("x-request-id"));
    List<Reply> replies =
        List.of(
            health,
            ask(open, "GET", "/nothing"),
            ask(open, "POST", "/caption"),
            ask(open, "GET", "/health", "Content-Length: x"),
            ask(guarded, "GET", "/metrics"));
    for (Reply reply : replies) {
      assertEquals("nosniff", reply.headers().get("x-content-type-options"), reply::toString);
      assertEquals("no-store", reply.headers().get("cache-control"), reply::toString);
      assertTrue(
          reply.headers().get("content-security-policy").contains("default-src 'none'"),
          reply::toString);
      assertTrue(reply.headers().containsKey("x-request-id"), reply::toString);
      assertFalse(reply.headers().containsKey("server"), reply::toString);
    }
  }

  @Test
  void aTokenComesFromTheEnvironmentOrAFileAndIsNeverShown(@TempDir Path folder) throws Exception {
    Configuration none = configuration(Map.of());
    assertTrue(AccessToken.find(Map.of(), none).isEmpty());
    Map<String, String> environment = Map.of(AccessToken.VARIABLE, TOKEN);
    assertTrue(AccessToken.find(environment, none).orElseThrow().matches(TOKEN));
    Path file = Files.writeString(folder.resolve("token"), "another-token-0123456\n");
    Configuration withFile = configuration(Map.of("server.token_file", file.toString()));
    assertTrue(AccessToken.find(Map.of(), withFile).orElseThrow().matches("another-token-0123456"));
    assertTrue(AccessToken.find(environment, withFile).orElseThrow().matches(TOKEN));
    for (String bad : List.of("", "short", "with spaces in it, too", "é".repeat(20))) {
      ConfigException error =
          assertThrows(
              ConfigException.class,
              () -> AccessToken.find(Map.of(AccessToken.VARIABLE, bad), none));
      assertTrue(bad.isEmpty() || !error.getMessage().contains(bad), error.getMessage());
    }
    assertThrows(
        ConfigException.class,
        () ->
            AccessToken.find(
                Map.of(), configuration(Map.of("server.token_file", folder + "/none"))));
    // No key: "edgevlm config" would show it.
    assertFalse(
        Configuration.load(
                Optional.empty(),
                environment,
                Map.of(),
                PluginRegistry.of(List.of()),
                ServerKeys.ALL)
            .toYaml()
            .contains(TOKEN));
  }
}

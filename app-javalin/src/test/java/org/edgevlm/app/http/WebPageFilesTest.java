package org.edgevlm.app.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The web page's files over HTTP; in a browser it is tested in the distribution. */
class WebPageFilesTest {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static HttpService service;

  @BeforeAll
  static void start() {
    // The page is there while the model loads: it says so.
    service =
        HttpService.start(Configuration.defaults(PluginRegistry.of(List.of())), "127.0.0.1", 0);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static HttpResponse<String> send(String method, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(service.address() + path))
            .method(method, BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  private static String header(HttpResponse<?> response, String name) {
    assertEquals(1, response.headers().allValues(name).size(), name);
    return response.headers().firstValue(name).orElseThrow();
  }

  /** The addresses of all files that lie in the resources. */
  static Set<String> addresses() throws Exception {
    URL folder = WebPageFilesTest.class.getResource("/web/index.html");
    Set<String> addresses = new TreeSet<>();
    try (Stream<Path> files = Files.list(Path.of(folder.toURI()).getParent())) {
      files.forEach(file -> addresses.add("/web/" + file.getFileName()));
    }
    addresses.remove("/web/index.html");
    addresses.add("/");
    return addresses;
  }

  private static String contentType(String address) {
    return switch (address.substring(address.lastIndexOf('.') + 1)) {
      case "js" -> "text/javascript;charset=utf-8";
      case "css" -> "text/css;charset=utf-8";
      case "svg" -> "image/svg+xml";
      default -> "text/html;charset=utf-8";
    };
  }

  @ParameterizedTest
  @MethodSource("addresses")
  void everyFileIsServedAndKeptUntilItChanges(String address) throws Exception {
    HttpResponse<String> response = send("GET", address);
    assertEquals(200, response.statusCode());
    assertFalse(response.body().isBlank());
    String type = header(response, "Content-Type").replace(" ", "").toLowerCase(Locale.ROOT);
    assertEquals(contentType(address), type);
    assertEquals("no-cache", header(response, "Cache-Control"));
    String etag = header(response, "ETag");
    HttpResponse<String> again = send("GET", address, "If-None-Match", "\"other\", W/" + etag);
    assertEquals(304, again.statusCode());
    assertEquals("", again.body());
    assertEquals(etag, header(again, "ETag"));
    assertEquals(200, send("GET", address, "If-None-Match", "\"other\"").statusCode());
    HttpResponse<String> head = send("HEAD", address);
    assertEquals(200, head.statusCode());
    assertEquals(etag, header(head, "ETag"));
  }

  @Test
  void theFilesHaveTagsOfTheirOwn() throws Exception {
    assertNotEquals(header(send("GET", "/"), "ETag"), header(send("GET", "/web/page.js"), "ETag"));
  }

  @ParameterizedTest
  @MethodSource("addresses")
  void browsersAreToldToLoadNothingFromElsewhere(String address) throws Exception {
    HttpResponse<String> response = send("GET", address);
    assertEquals(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
            + " connect-src 'self'; media-src 'self' blob:; form-action 'none';"
            + " frame-ancestors 'none'; base-uri 'none'",
        header(response, "Content-Security-Policy"));
    assertEquals("nosniff", header(response, "X-Content-Type-Options"));
    assertEquals("no-referrer", header(response, "Referrer-Policy"));
    assertEquals("same-origin", header(response, "Cross-Origin-Resource-Policy"));
    assertTrue(header(response, "Permissions-Policy").contains("camera=(self)"));
  }

  @ParameterizedTest
  @MethodSource("addresses")
  void aFileNamesNothingThatIsElsewhereOrMissing(String address) throws Exception {
    String text = send("GET", address).body();
    String namespace = "http://www.w3.org/2000/svg";
    assertFalse(text.replace(namespace, "").matches("(?s).*(https?:)?//[a-z].*\\.[a-z].*"), text);
    Matcher files =
        Pattern.compile("(?:href|src)=\"([^\"]+)\"|from \"\\./([^\"]+)\"").matcher(text);
    while (files.find()) {
      String file = files.group(1) == null ? "web/" + files.group(2) : files.group(1);
      assertEquals(200, send("GET", "/" + file).statusCode(), file);
    }
  }

  @Test
  void thePageHasNoScriptAndNoStyleOfItsOwn() throws Exception {
    String page = send("GET", "/").body();
    assertFalse(page.matches("(?s).*<script(?![^>]* src=).*"), page);
    assertFalse(page.contains("<style"), page);
    assertFalse(page.matches("(?s).*\\s(style|on[a-z]+)=.*"), page);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/web/", "/web/index.html", "/web/../module-info.class", "/web/none.js"})
  void nothingElseIsServed(String address) throws Exception {
    int status = send("GET", address).statusCode();
    assertTrue(status == 404 || status == 400, () -> address + " " + status);
  }
}

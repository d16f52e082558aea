package org.edgevlm.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.edgevlm.app.http.HttpService;
import org.edgevlm.app.service.ServerSettings;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.reference.ReferenceHome;

/** A server with the reference plugins behind it, and a client for it. */
public final class TestServer implements AutoCloseable {

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final EdgeVlm edgeVlm;
  private final HttpService service;

  private TestServer(EdgeVlm edgeVlm, HttpService service) {
    this.edgeVlm = edgeVlm;
    this.service = service;
  }

  /** Starts one; keys and values of the configuration alternate. */
  public static TestServer start(Path folder, String... changes) throws IOException {
    return start(folder, ServerSettings.defaults(), changes);
  }

  /** Starts one with settings of the server's. */
  public static TestServer start(Path folder, ServerSettings settings, String... changes)
      throws IOException {
    EdgeVlm edgeVlm = new ReferenceHome(folder).open(changes);
    HttpService service =
        HttpService.start(edgeVlm.config(), settings, Optional.empty(), "127.0.0.1", 0);
    service.ready(edgeVlm);
    return new TestServer(edgeVlm, service);
  }

  /** A small picture. */
  public static ByteBuffer picture() {
    return BmpVisionProvider.bmp(9, 5, 0xff0000, 0x0000ff);
  }

  /** The picture in an address. */
  public static String dataUri() {
    byte[] bytes = new byte[picture().remaining()];
    picture().get(bytes);
    return "data:image/bmp;base64," + Base64.getEncoder().encodeToString(bytes);
  }

  /** Where it listens. */
  public URI address() {
    return URI.create(service.address());
  }

  /** The answer of a GET. */
  public HttpResponse<String> get(String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(address().resolve(path)).build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  /** The answer of a POST of JSON; single quotes stand for double ones. */
  public HttpResponse<String> post(String path, String json) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(address().resolve(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json.replace('\'', '"')))
            .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  /** The JSON of a response that has to be 200. */
  public static JsonNode json(HttpResponse<String> response) throws IOException {
    assertEquals(200, response.statusCode(), response.body());
    return MAPPER.readTree(response.body());
  }

  @Override
  public void close() {
    service.close();
    edgeVlm.close();
  }
}

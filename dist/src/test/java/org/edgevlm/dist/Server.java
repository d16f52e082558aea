package org.edgevlm.dist;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** {@code edgevlm serve} as a process, and a client for it. */
final class Server implements AutoCloseable {

  private static final String READY = "EdgeVLM listens on ";
  private static final String BOUNDARY = "----edgevlm-test-boundary";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Process process;
  private final URI address;

  private Server(Process process, URI address) {
    this.process = process;
    this.address = address;
  }

  /**
   * Starts a server on a free port and waits until it is ready.
   *
   * @param temporary its folder for temporary files
   */
  static Server start(Path temporary) throws IOException {
    return start(Program.edgevlm(), temporary, 0);
  }

  /**
   * Starts a server of any home's program and waits until it is ready.
   *
   * @param temporary its folder for temporary files
   * @param port 0 for a free one
   * @param options further ones of {@code serve}
   */
  static Server start(Program program, Path temporary, int port, String... options)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("serve", "--port", Integer.toString(port)));
    arguments.addAll(List.of(options));
    Process process =
        program
            .with("EDGEVLM_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary)
            .start(arguments.toArray(String[]::new));
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    if (line == null || !line.startsWith(READY)) {
      process.destroyForcibly();
      throw new AssertionError("instead of the address the server said: " + line);
    }
    return new Server(process, URI.create(line.substring(READY.length())));
  }

  URI address() {
    return address;
  }

  /** The process that listens. */
  long pid() {
    return process.pid();
  }

  /** A part of a form. */
  record Part(String name, String fileName, byte[] content) {

    static Part text(String name, String value) {
      return new Part(name, "", value.getBytes(StandardCharsets.UTF_8));
    }

    static Part image(byte[] content) {
      return new Part("image", "picture", content);
    }
  }

  /** A form as a browser or curl would send it. */
  static byte[] form(Part... parts) {
    List<byte[]> pieces = new ArrayList<>();
    for (Part part : parts) {
      String fileName = part.fileName().isEmpty() ? "" : "; filename=\"" + part.fileName() + '"';
      String head =
          "--"
              + BOUNDARY
              + "\r\nContent-Disposition: form-data; name=\""
              + part.name()
              + '"'
              + fileName
              + "\r\n\r\n";
      pieces.add(head.getBytes(StandardCharsets.UTF_8));
      pieces.add(part.content());
      pieces.add("\r\n".getBytes(StandardCharsets.UTF_8));
    }
    pieces.add(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
    byte[] form = new byte[pieces.stream().mapToInt(piece -> piece.length).sum()];
    int at = 0;
    for (byte[] piece : pieces) {
      System.arraycopy(piece, 0, form, at, piece.length);
      at += piece.length;
    }
    return form;
  }

  HttpResponse<String> post(String path, Part... parts) throws IOException, InterruptedException {
    return client.send(request(path, parts), BodyHandlers.ofString());
  }

  CompletableFuture<HttpResponse<String>> postAsync(String path, Part... parts) {
    return client.sendAsync(request(path, parts), BodyHandlers.ofString());
  }

  private HttpRequest request(String path, Part... parts) {
    return request(
        path, "multipart/form-data; boundary=" + BOUNDARY, BodyPublishers.ofByteArray(form(parts)));
  }

  private HttpRequest request(String path, String contentType, BodyPublisher body) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(address.resolve(path)).POST(body);
    if (!contentType.isEmpty()) {
      builder.header("Content-Type", contentType);
    }
    return builder.build();
  }

  /** Posts any bytes; with an empty content type none is sent. */
  HttpResponse<String> post(String path, String contentType, BodyPublisher body)
      throws IOException, InterruptedException {
    return client.send(request(path, contentType, body), BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(address.resolve(path)).build(), BodyHandlers.ofString());
  }

  static JsonNode json(HttpResponse<String> response) throws IOException {
    return MAPPER.readTree(response.body());
  }

  /** Stops the server as a service manager would, and gives its exit code. */
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError("the server doesn't stop");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}

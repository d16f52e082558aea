package org.edgevlm.app.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.edgevlm.app.SteadyDecodingProvider;
import org.edgevlm.app.service.Problem;
import org.edgevlm.app.service.ServerSettings;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a server takes, and what becomes of clients that leave, dribble or send too much. */
@Timeout(90)
class AdmissionTest {

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;
  private ReferenceHome home;

  @BeforeEach
  void writeModels() throws Exception {
    home = new ReferenceHome(folder);
  }

  private interface Client {
    void ask(HttpService service) throws Exception;
  }

  private void serve(Client client, ServerSettings settings, String... changes) throws Exception {
    try (EdgeVlm edgeVlm = home.open(changes);
        HttpService service =
            HttpService.start(edgeVlm.config(), settings, Optional.empty(), "127.0.0.1", 0)) {
      service.ready(edgeVlm);
      client.ask(service);
    }
  }

  private static ServerSettings settings(int queue, int requests, long bytes, Duration upload) {
    return new ServerSettings(
        queue,
        requests,
        bytes,
        upload,
        LONG,
        LONG,
        Duration.ofSeconds(5),
        List.of(),
        List.of(),
        true);
  }

  private static ServerSettings roomy() {
    return settings(16, 32, 64 << 20, LONG);
  }

  private static String base64(int red) {
    ByteBuffer picture = BmpVisionProvider.bmp(9, 5, red << 16, 0x0000ff);
    byte[] bytes = new byte[picture.remaining()];
    picture.get(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static String json(int tokens) {
    return "{\"image\": \"" + base64(255) + "\", \"max_length\": " + tokens + "}";
  }

  private static HttpResponse<String> post(HttpService service, String path, String json)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(service.address() + path))
            .header("Content-Type", "application/json; charset=utf-8")
            .POST(BodyPublishers.ofString(json))
            .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  private static JsonNode get(HttpService service, String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(service.address() + path)).build();
    return new ObjectMapper().readTree(CLIENT.send(request, BodyHandlers.ofString()).body());
  }

  private static void assertProblem(Problem problem, HttpResponse<String> response) {
    assertEquals(problem.json(), response.body());
    assertEquals(problem.status(), response.statusCode());
  }

  private static Socket connect(HttpService service) throws IOException {
    URI address = URI.create(service.address());
    Socket socket = new Socket(address.getHost(), address.getPort());
    socket.setSoTimeout(30_000);
    return socket;
  }

  private static String request(String body) {
    return "POST /caption HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + "Content-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  private static void awaitTokens(long more) throws InterruptedException {
    long start = SteadyDecodingProvider.tokens();
    while (SteadyDecodingProvider.tokens() < start + more) {
      Thread.sleep(2);
    }
  }

  @Test
  void jsonSaysWhatAFormSays() throws Exception {
    serve(
        service -> {
          JsonNode plain = new ObjectMapper().readTree(post(service, "/caption", json(7)).body());
          assertEquals(7, plain.get("tokens").asInt(), plain::toString);
          String question =
              "{\"image\": \"data:image/bmp;base64,"
                  + base64(255)
                  + "\", \"question\": \"Is it?\","
                  + " \"json_schema\": {\"type\": \"boolean\"}}";
          JsonNode vqa = new ObjectMapper().readTree(post(service, "/vqa", question).body());
          assertTrue(List.of("true", "false").contains(vqa.get("text").asText()), vqa::toString);
        },
        roomy());
  }

  @Test
  void jsonThatIsNotRightIsRefused() throws Exception {
    serve(
        service -> {
          String image = "\"image\": \"" + base64(1) + "\"";
          List<String> malformed =
              List.of(
                  "",
                  "{",
                  "[]",
                  "\"text\"",
                  "{" + image + "} {}",
                  "{" + image + ", " + image + "}",
                  "{\"image\": \"%%%\"}",
                  "{\"image\": \"data:image/bmp,abc\"}",
                  "{\"image\": 7}",
                  "{" + image + ", \"prompt\": null}",
                  "{" + image + ", \"prompt\": [\"a\"]}",
                  "[".repeat(1000));
          for (String body : malformed) {
            assertProblem(Problem.MALFORMED_REQUEST, post(service, "/caption", body));
          }
          assertProblem(Problem.MISSING_IMAGE, post(service, "/caption", "{}"));
          assertProblem(Problem.MISSING_IMAGE, post(service, "/caption", "{\"image\": \"\"}"));
          assertProblem(
              Problem.TOO_MANY_PICTURES, post(service, "/caption", "{\"image\": [\"a\", \"b\"]}"));
          assertProblem(
              Problem.UNKNOWN_FIELD, post(service, "/caption", "{" + image + ", \"x\": 1}"));
          assertProblem(
              Problem.BAD_MAX_LENGTH,
              post(service, "/caption", "{" + image + ", \"max_length\": 1.5}"));
        },
        roomy());
  }

  @Test
  void aPictureTooLargeOrWithTooManyPixelsNeverReachesTheModel() throws Exception {
    serve(
        service -> {
          assertProblem(Problem.PICTURE_TOO_LARGE, post(service, "/caption", json(1)));
          assertEquals(0, get(service, "/metrics").get("requests").asInt());
        },
        roomy(),
        "image.max_bytes",
        "100");
    serve(
        service -> {
          assertProblem(Problem.TOO_MANY_PIXELS, post(service, "/caption", json(1)));
          assertEquals(0, get(service, "/metrics").get("requests").asInt());
        },
        roomy(),
        "image.max_side",
        "4");
  }

  @Test
  void aFullQueueAndTooManyRequestsAreShedWithATimeToComeBack() throws Exception {
    serve(
        service -> {
          List<Socket> sockets = new ArrayList<>();
          for (int i = 0; i < 2; i++) {
            sockets.add(connect(service));
            send(sockets.get(i), request(json(200)));
            awaitTokens(2);
          }
          HttpResponse<String> shed = post(service, "/caption", json(1));
          assertProblem(Problem.BUSY, shed);
          assertEquals("1", shed.headers().firstValue("Retry-After").orElse(""));
          // Health is answered all the same.
          assertEquals("ready", get(service, "/health").get("status").asText());
          for (Socket socket : sockets) {
            socket.close();
          }
          assertSoonEmpty(service);
          assertEquals(200, post(service, "/caption", json(1)).statusCode());
        },
        settings(1, 8, 64 << 20, LONG),
        "decoding",
        "steady");
  }

  private static void assertSoonEmpty(HttpService service) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    JsonNode queue;
    do {
      queue = get(service, "/metrics").at("/inference/queue");
    } while ((queue.get("requests_in_flight").asInt() > 0 || queue.get("busy").asBoolean())
        && System.nanoTime() < end);
    assertEquals(0, queue.get("requests_in_flight").asInt(), queue::toString);
    assertEquals(0, queue.get("upload_bytes").asLong(), queue::toString);
    assertEquals(0, queue.get("waiting").asInt(), queue::toString);
    assertFalse(queue.get("busy").asBoolean(), queue::toString);
  }

  @Test
  void bodiesTakeNoMoreMemoryThanThereIs() throws Exception {
    serve(
        service -> {
          try (Socket slow = connect(service)) {
            send(
                slow,
                "POST /caption HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n"
                    + "Content-Type: multipart/form-data; boundary=B\r\n\r\nx");
            Thread.sleep(300);
            assertEquals(
                50_000, get(service, "/metrics").at("/inference/queue/upload_bytes").asInt());
            String large = "{\"image\": \"" + "A".repeat(4000) + "\"}";
            assertProblem(Problem.BUSY, post(service, "/caption", large));
            assertEquals(200, post(service, "/caption", json(1)).statusCode());
          }
          assertSoonEmpty(service);
        },
        settings(4, 8, 60_000, LONG));
  }

  @Test
  void aBodyThatDribblesIsCutOff() throws Exception {
    serve(
        service -> {
          try (Socket slow = connect(service)) {
            send(
                slow,
                "POST /caption HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n"
                    + "Content-Type: multipart/form-data; boundary=B\r\n\r\n");
            OutputStream out = slow.getOutputStream();
            long start = System.nanoTime();
            InputStream in = slow.getInputStream();
            while (in.available() == 0) {
              out.write('x');
              out.flush();
              Thread.sleep(50);
            }
            assertTrue(System.nanoTime() - start < Duration.ofSeconds(10).toNanos());
            String status = new String(in.readNBytes(12), StandardCharsets.US_ASCII);
            assertEquals("HTTP/1.1 408", status);
          }
          assertSoonEmpty(service);
        },
        settings(4, 8, 64 << 20, Duration.ofMillis(500)));
  }

  @Test
  void aClientThatLeavesFreesTheModelAlthoughNothingIsSentToIt() throws Exception {
    serve(
        service -> {
          for (boolean reset : new boolean[] {false, true}) {
            try (Socket socket = connect(service)) {
              send(socket, request(json(256)));
              awaitTokens(3);
              // A connection may end in either way: its last packet says goodbye or error.
              socket.setSoLinger(reset, 0);
            }
            long left = System.nanoTime();
            assertSoonEmpty(service);
            long millis = (System.nanoTime() - left) / 1_000_000;
            // All of its answer would take 2.5 s.
            assertTrue(millis < 1000, () -> millis + " ms");
          }
          assertEquals(2, get(service, "/metrics").at("/counters/cancelled").asInt());
        },
        roomy(),
        "decoding",
        "steady");
  }

  @Test
  void aClientThatOnlyEndsItsHalfGetsItsAnswer() throws Exception {
    serve(
        service -> {
          try (Socket socket = connect(service)) {
            send(socket, request(json(60)));
            socket.shutdownOutput();
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(all.contains("HTTP/1.1 200 OK"), all);
            assertTrue(all.contains("\"tokens\":60"), all);
          }
          assertSoonEmpty(service);
        },
        roomy(),
        "decoding",
        "steady");
  }

  @Test
  void aRequestThatIsSentAheadIsAnsweredNext() throws Exception {
    serve(
        service -> {
          try (Socket socket = connect(service)) {
            send(socket, request(json(30)));
            awaitTokens(5);
            send(socket, request(json(20)));
            awaitTokens(5);
            send(socket, "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int first = all.indexOf("\"tokens\":30");
            int second = all.indexOf("\"tokens\":20");
            int third = all.indexOf("\"status\":\"ready\"");
            assertTrue(0 < first && first < second && second < third, all);
          }
        },
        roomy(),
        "decoding",
        "steady");
  }

  @Test
  void theSamePictureIsEncodedOnceUntilTheCacheIsCleared() throws Exception {
    serve(
        service -> {
          for (int i = 0; i < 3; i++) {
            assertEquals(200, post(service, "/caption", json(2)).statusCode());
          }
          JsonNode cache = get(service, "/metrics").at("/vision/image_cache");
          assertEquals(1, cache.get("misses").asInt(), cache::toString);
          assertEquals(2, cache.get("hits").asInt(), cache::toString);
          assertEquals(1, get(service, "/metrics").at("/latency/encode/count").asInt());
          assertEquals("{\"images\":1}", post(service, "/clear-cache", "").body());
          assertEquals(0, get(service, "/metrics").at("/vision/image_cache/bytes").asInt());
        },
        roomy());
  }

  @Test
  void theBenchmarkIsThereOnlyWhereItIsWanted() throws Exception {
    ServerSettings without = ServerSettings.defaults();
    serve(service -> assertProblem(Problem.NOT_FOUND, post(service, "/benchmark", "")), without);
  }
}

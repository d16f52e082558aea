package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.edgevlm.dist.Server.Part;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built server with the default model, over real HTTP. */
class ServerTest {

  private static final String FORM = "multipart/form-data; boundary=----edgevlm-test-boundary";

  @TempDir static Path temporary;
  private static Server server;
  private static byte[] scene;

  @BeforeAll
  static void start() throws IOException {
    scene = Files.readAllBytes(Pictures.scene(0));
    server = Server.start(temporary);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String caption(byte[] image) throws Exception {
    HttpResponse<String> response = server.post("/caption", Part.image(image));
    assertEquals(200, response.statusCode(), response.body());
    return Server.json(response).get("text").asText();
  }

  @Test
  void captionsAPicture() throws Exception {
    HttpResponse<String> response = server.post("/caption", Part.image(scene));
    assertEquals(200, response.statusCode(), response.body());
    assertEquals("application/json", response.headers().firstValue("Content-Type").orElse(""));
    JsonNode json = Server.json(response);
    Answers.assertComplete(json);
    String inAProcessOfItsOwn =
        Program.edgevlm().run("caption", "-q", Pictures.scene(0).toString()).expect(0).out();
    assertEquals(inAProcessOfItsOwn.strip(), json.get("text").asText());
  }

  @Test
  void answersAQuestion() throws Exception {
    String question = "How many things are there?";
    HttpResponse<String> response =
        server.post("/vqa", Part.text("question", question), Part.image(scene));
    assertEquals(200, response.statusCode(), response.body());
    Answers.assertComplete(Server.json(response));
    String inAProcessOfItsOwn =
        Program.edgevlm().run("vqa", "-q", Pictures.scene(0).toString(), question).out();
    assertEquals(inAProcessOfItsOwn.strip(), Server.json(response).get("text").asText());
  }

  @Test
  void readsPngToo() throws Exception {
    assertFalse(caption(Pictures.redCircle()).isBlank());
  }

  @Test
  void requestsAtTheSameTimeGiveTheTextsOfRequestsAlone() throws Exception {
    List<byte[]> scenes = new ArrayList<>();
    List<String> alone = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      scenes.add(Files.readAllBytes(Pictures.scene(i)));
      alone.add(caption(scenes.get(i)));
    }
    List<CompletableFuture<HttpResponse<String>>> together = new ArrayList<>();
    for (byte[] image : scenes) {
      together.add(server.postAsync("/caption", Part.image(image)));
      together.add(server.postAsync("/caption", Part.image(image)));
    }
    for (int i = 0; i < together.size(); i++) {
      HttpResponse<String> response = together.get(i).join();
      assertEquals(200, response.statusCode(), response.body());
      assertEquals(alone.get(i / 2), Server.json(response).get("text").asText());
    }
  }

  @Test
  void lengthAndPromptAreHonoured() throws Exception {
    JsonNode json =
        Server.json(server.post("/caption", Part.image(scene), Part.text("max_length", "2")));
    assertEquals(2, json.get("tokens").asInt());
    assertEquals("length", json.get("finish_reason").asText());
    String question = "What colour is the background?";
    JsonNode prompted =
        Server.json(server.post("/caption", Part.image(scene), Part.text("prompt", question)));
    JsonNode asked =
        Server.json(server.post("/vqa", Part.image(scene), Part.text("question", question)));
    assertEquals(asked.get("text"), prompted.get("text"));
  }

  @Test
  void healthSaysReadyAndWhichModel() throws Exception {
    HttpResponse<String> response = server.get("/health");
    assertEquals(200, response.statusCode());
    JsonNode json = Server.json(response);
    assertEquals("ready", json.get("status").asText());
    assertEquals("llama", json.at("/model/architecture").asText());
    assertEquals("edgevlm-tiny", json.at("/plugins/model").asText());
  }

  @Test
  void metricsCountRequestsAndErrorsAndMeasureStages() throws Exception {
    caption(scene);
    long errorsBefore = Server.json(server.get("/metrics")).get("errors").asLong();
    server.post("/caption", Part.image(Pictures.truncated()));
    JsonNode json = Server.json(server.get("/metrics"));
    assertTrue(json.get("requests").asLong() >= 2, json::toString);
    assertEquals(errorsBefore + 1, json.get("errors").asLong());
    for (String stage : List.of("vision", "encode", "prefill", "decode", "total")) {
      JsonNode latency = json.at("/latency/" + stage);
      assertTrue(latency.get("count").asLong() >= 1, json::toString);
      double p50 = latency.get("p50_ms").asDouble();
      double p95 = latency.get("p95_ms").asDouble();
      double p99 = latency.get("p99_ms").asDouble();
      assertTrue(0 <= p50 && p50 <= p95 && p95 <= p99, json::toString);
    }
    assertTrue(json.get("tokens_per_second").asDouble() > 0, json::toString);
    assertTrue(json.at("/memory/resident_bytes").asLong() > 10 << 20, json::toString);
    assertTrue(json.at("/machine/processors").asInt() >= 1, json::toString);
    assertTrue(json.at("/http_responses/200").asLong() >= 1, json::toString);
  }

  private static void assertProblem(int status, String type, HttpResponse<String> response)
      throws IOException {
    assertEquals(status, response.statusCode(), response.body());
    assertEquals(
        "application/problem+json", response.headers().firstValue("Content-Type").orElse(""));
    JsonNode json = Server.json(response);
    assertEquals("/problems/" + type, json.get("type").asText());
    assertEquals(status, json.get("status").asInt());
    for (String leak : List.of("Exception", "org.", "java", Program.PROJECT.toString(), "\\tat")) {
      assertFalse(response.body().contains(leak), response.body());
    }
  }

  @Test
  void fieldsThatAreMissingAreNamed() throws Exception {
    assertProblem(400, "missing-image", server.post("/caption"));
    assertProblem(400, "missing-image", server.post("/caption", Part.text("prompt", "Say.")));
    assertProblem(400, "missing-image", server.post("/caption", Part.image(new byte[0])));
    assertProblem(400, "missing-image", server.post("/vqa", Part.text("question", "What?")));
    assertProblem(400, "missing-question", server.post("/vqa", Part.image(scene)));
  }

  @Test
  void parametersOutOfRangeAreRefused() throws Exception {
    for (String length : List.of("0", "257", "-1", "ten", "1e2", "", "99999999999999", "2.0")) {
      assertProblem(
          422,
          "bad-max-length",
          server.post("/caption", Part.image(scene), Part.text("max_length", length)));
    }
    for (String text : List.of("", "   ", "x".repeat(501), "a\u0000b", "\u001b[2J")) {
      assertProblem(
          422, "bad-question", server.post("/vqa", Part.image(scene), Part.text("question", text)));
      assertProblem(
          422, "bad-prompt", server.post("/caption", Part.image(scene), Part.text("prompt", text)));
    }
  }

  @Test
  void aQuestionMayHaveFiveHundredCharactersOfAnyScript() throws Exception {
    HttpResponse<String> response =
        server.post(
            "/vqa",
            Part.image(scene),
            Part.text("question", "🐈".repeat(500)),
            Part.text("max_length", "1"));
    // Its tokens may not fit into the model's context; then that is what is said.
    if (response.statusCode() != 200) {
      assertProblem(422, "prompt-too-long", response);
    }
  }

  @Test
  void picturesThatCannotBeUsedSayWhy() throws Exception {
    assertProblem(
        422, "corrupt-picture", server.post("/caption", Part.image(Pictures.truncated())));
    assertProblem(415, "unsupported-picture", server.post("/caption", Part.image(Pictures.gif())));
    assertProblem(415, "unsupported-picture", server.post("/caption", Part.image(Pictures.text())));
    assertProblem(413, "too-many-pixels", server.post("/caption", Part.image(Pictures.enormous())));
  }

  @Test
  void bodiesThatAreTooLargeAreRefused() throws Exception {
    byte[] large = Server.form(Part.image(new byte[40 << 20]));
    assertProblem(
        413, "body-too-large", server.post("/caption", FORM, BodyPublishers.ofByteArray(large)));
    assertProblem(
        413,
        "body-too-large",
        server.post(
            "/caption", FORM, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))));
    assertFalse(caption(scene).isBlank());
  }

  /** The answer arrives also when nothing of it is read before all is sent. */
  @Test
  void clientsThatSendEverythingBeforeTheyReadGetTheRefusal() throws Exception {
    int length = 60 << 20;
    for (int attempt = 0; attempt < 3; attempt++) {
      try (Socket socket = new Socket(server.address().getHost(), server.address().getPort())) {
        OutputStream out = socket.getOutputStream();
        String head =
            "POST /caption HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                + FORM
                + "\r\nContent-Length: "
                + length
                + "\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        byte[] block = new byte[1 << 20];
        for (int sent = 0; sent < length; sent += block.length) {
          out.write(block);
        }
        out.flush();
        byte[] status = socket.getInputStream().readNBytes(12);
        assertEquals("HTTP/1.1 413", new String(status, StandardCharsets.US_ASCII));
      }
    }
  }

  @Test
  void bodiesOfAnotherTypeAreRefused() throws Exception {
    for (String type :
        List.of("", "text/json", "image/jpeg", "application/x-www-form-urlencoded")) {
      assertProblem(
          415,
          "unsupported-content-type",
          server.post("/caption", type, BodyPublishers.ofByteArray(scene)));
    }
  }

  @Test
  void bodiesThatAreNotWellFormedAreRefused() throws Exception {
    byte[] whole = Server.form(Part.image(scene));
    byte[] cut = Arrays.copyOf(whole, whole.length - 40);
    List<byte[]> bodies =
        List.of(
            new byte[0],
            cut,
            scene,
            Server.form(Part.text("prompt", "a"), Part.text("prompt", "b"), Part.image(scene)),
            Server.form(Part.image(scene), new Part("prompt", "", new byte[] {(byte) 0xC3, 0x28})));
    for (byte[] body : bodies) {
      assertProblem(
          400,
          "malformed-request",
          server.post("/caption", FORM, BodyPublishers.ofByteArray(body)));
    }
    assertProblem(
        400,
        "malformed-request",
        server.post("/caption", "multipart/form-data", BodyPublishers.ofByteArray(whole)));
    assertProblem(
        400,
        "malformed-request",
        server.post("/caption", "application/json", BodyPublishers.ofByteArray(scene)));
    assertProblem(
        422, "too-many-pictures", server.post("/caption", Part.image(scene), Part.image(scene)));
  }

  @Test
  void aClientThatHangsUpHarmsNobody() throws Exception {
    for (int i = 0; i < 20; i++) {
      try (Socket socket = new Socket(server.address().getHost(), server.address().getPort())) {
        String head =
            "POST /caption HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                + FORM
                + "\r\nContent-Length: 1000000\r\n\r\nhalf a body";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      }
    }
    assertFalse(caption(scene).isBlank());
  }

  @Test
  void otherAddressesAndMethodsAreProblems() throws Exception {
    assertProblem(404, "not-found", server.get("/nothing"));
    assertProblem(404, "not-found", server.get("/conf/edgevlm.yaml"));
    assertProblem(405, "method-not-allowed", server.get("/caption"));
    assertProblem(405, "method-not-allowed", server.post("/health", Part.text("question", "How?")));
  }

  @Test
  void onlyTheLoopbackAddressListens() throws Exception {
    for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
      for (InetAddress address : card.inetAddresses().toList()) {
        if (!address.isLoopbackAddress()) {
          InetSocketAddress elsewhere = new InetSocketAddress(address, server.address().getPort());
          try (Socket socket = new Socket()) {
            assertThrows(IOException.class, () -> socket.connect(elsewhere, 2000));
          }
        }
      }
    }
  }

  private static Set<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(Path::toString).collect(Collectors.toSet());
    }
  }

  @Test
  void uploadsLeaveNoFiles() throws Exception {
    caption(scene);
    Set<String> before = files(temporary);
    caption(scene);
    server.post("/caption", Part.image(new byte[5 << 20]));
    server.post("/caption", Part.image(Pictures.truncated()));
    assertEquals(before, files(temporary));
  }

  @Test
  void aPortThatIsTakenIsSaid() throws Exception {
    String port = Integer.toString(server.address().getPort());
    Program.Result result = Program.edgevlm().run("serve", "--port", port).expect(1);
    assertTrue(result.err().contains("port " + port), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
  }
}

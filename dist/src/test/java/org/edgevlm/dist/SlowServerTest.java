package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.edgevlm.dist.Server.Part;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The built server with a model that takes its time, or never comes back. */
class SlowServerTest {

  private static final String FORM = "multipart/form-data; boundary=----edgevlm-test-boundary";
  private static final int TOKEN_MILLIS = 400;

  @TempDir static Path temporary;
  private static Program program;
  private static byte[] scene;

  @BeforeAll
  static void install() throws IOException {
    Path home = Program.homeLikeTheDistribution(temporary.resolve("home"));
    Path slow = Program.PROJECT.resolve("dist/src/test/plugins/slow");
    PluginSources.install(slow, slow.resolve("resources"), home.resolve("plugins/testing-slow"));
    program = Program.of(home.resolve("bin/edgevlm"));
    scene = Files.readAllBytes(Pictures.scene(0));
  }

  private static Server start(String... settings) throws IOException {
    String[] options = new String[2 * settings.length + 2];
    options[0] = "--set";
    options[1] = "cache=[testing-slow]";
    for (int i = 0; i < settings.length; i++) {
      options[2 * i + 2] = "--set";
      options[2 * i + 3] = settings[i];
    }
    return Server.start(program, temporary, 0, options);
  }

  private static JsonNode queue(Server server) throws Exception {
    return Server.json(server.get("/health")).get("queue");
  }

  private static void awaitBusy(Server server, boolean busy) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (queue(server).get("busy").asBoolean() != busy) {
      assertTrue(System.nanoTime() < end, "busy is not " + busy);
      Thread.sleep(5);
    }
  }

  /** Whether it streams or waits: an answer of some 20 tokens ends after the one at hand. */
  @ParameterizedTest
  @ValueSource(strings = {"/caption?stream=true", "/caption"})
  void whoLeavesFreesTheModelWithinAToken(String path) throws Exception {
    try (Server server = start("testing-slow.pause_ms=" + TOKEN_MILLIS)) {
      try (Socket socket = new Socket(server.address().getHost(), server.address().getPort())) {
        byte[] form = Server.form(Part.image(scene));
        String head =
            "POST "
                + path
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                + FORM
                + "\r\nContent-Length: "
                + form.length
                + "\r\n\r\n";
        OutputStream out = socket.getOutputStream();
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(form);
        awaitBusy(server, true);
        Thread.sleep(TOKEN_MILLIS);
      }
      long left = System.nanoTime();
      awaitBusy(server, false);
      long millis = (System.nanoTime() - left) / 1_000_000;
      // Noticing takes a few hundredths of a second, and this machine may be busy.
      assertTrue(millis < 3 * TOKEN_MILLIS, millis + " ms");
    }
  }

  @Test
  void aWorkerThatHangsIsReplaced() throws Exception {
    try (Server server = start("testing-slow.pause_ms=10000", "server.stuck_seconds=1")) {
      HttpResponse<String> hanging = server.post("/caption", Part.image(scene));
      assertEquals(503, hanging.statusCode());
      assertTrue(hanging.body().contains("/problems/stuck"), hanging.body());
      assertEquals(1, queue(server).get("stuck_workers").asInt());
      HttpResponse<String> next =
          server.post("/caption", Part.image(scene), Part.text("max_length", "1"));
      assertEquals(200, next.statusCode(), next.body());
      assertEquals(128 + 15, server.stop(), "although a worker hangs");
    }
  }
}

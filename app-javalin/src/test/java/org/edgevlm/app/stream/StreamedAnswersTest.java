package org.edgevlm.app.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.edgevlm.app.SteadyDecodingProvider;
import org.edgevlm.app.TestServer;
import org.edgevlm.app.service.ServerSettings;
import org.edgevlm.app.stream.Events.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /caption} and {@code /vqa} as they come, from a real model behind a real connection. */
class StreamedAnswersTest {

  @TempDir Path folder;

  private static String body(String more) {
    return "{'image': '" + TestServer.dataUri() + "'" + more + "}";
  }

  /** What two answers to the same question have in common. */
  private static JsonNode untimed(JsonNode answer) {
    ObjectNode copy = answer.deepCopy();
    // The second of two finds the picture and the beginning of its prompt in caches.
    copy.withObject("/counters").remove(List.of("image_cache_hits", "prefix_tokens_reused"));
    return copy.without("timings");
  }

  private static String text(List<Event> events) {
    StringBuilder text = new StringBuilder();
    for (Event event : events.subList(0, events.size() - 1)) {
      assertEquals("token", event.name());
      assertEquals(1, event.json().size(), event::data);
      String piece = event.json().get("text").textValue();
      assertFalse(piece.isEmpty());
      assertFalse(piece.contains("\ufffd"), piece);
      text.append(piece);
    }
    return text.toString();
  }

  @Test
  void thePiecesAreTheAnswerAndTheLastEventIsTheWhole() throws Exception {
    try (TestServer server = TestServer.start(folder)) {
      for (String path : List.of("/caption", "/vqa")) {
        String question = path.equals("/vqa") ? ", 'question': 'What?'" : "";
        JsonNode plain = TestServer.json(server.post(path, body(question)));
        List<Event> events = Events.of(server.post(path, body(question + ", 'stream': true")));
        Event last = events.get(events.size() - 1);
        assertEquals("answer", last.name());
        assertEquals(untimed(plain), untimed(last.json()));
        assertEquals(plain.get("text").textValue(), text(events));
        assertTrue(events.size() > 5, "a character of the answer has three tokens: " + events);
      }
    }
  }

  @Test
  void theAddressMaySayItTooAndTheFieldCountsMore() throws Exception {
    try (TestServer server = TestServer.start(folder)) {
      assertTrue(Events.of(server.post("/caption?stream=true", body(""))).size() > 2);
      TestServer.json(server.post("/caption?stream=true", body(", 'stream': false")));
      TestServer.json(server.post("/caption?stream=false", body("")));
      HttpResponse<String> bad = server.post("/caption?stream=yes", body(""));
      assertEquals(422, bad.statusCode());
      assertTrue(bad.body().contains("/problems/bad-stream"), bad.body());
    }
  }

  @Test
  void whatFailsBeforeTheFirstTextHasItsOwnStatus() throws Exception {
    try (TestServer server = TestServer.start(folder)) {
      String cut = TestServer.dataUri().substring(0, 160);
      HttpResponse<String> response =
          server.post("/caption", "{'image': '" + cut + "', 'stream': true}");
      assertEquals(422, response.statusCode(), response.body());
      assertTrue(response.body().contains("/problems/corrupt-picture"), response.body());
      assertEquals(
          "application/problem+json", response.headers().firstValue("Content-Type").orElse(""));
    }
  }

  @Test
  void whatFailsLaterIsTheLastEvent() throws Exception {
    ServerSettings all = ServerSettings.defaults();
    ServerSettings hasty =
        new ServerSettings(
            all.queue(),
            all.requests(),
            all.uploadBytes(),
            all.uploadTime(),
            Duration.ofMillis(400),
            all.stuckAfter(),
            all.stopTime(),
            all.allowedHosts(),
            all.corsOrigins(),
            all.benchmark());
    try (TestServer server = TestServer.start(folder, hasty, "decoding", "steady")) {
      List<Event> events =
          Events.of(server.post("/caption", body(", 'max_length': 250, 'stream': true")));
      Event last = events.get(events.size() - 1);
      assertEquals("problem", last.name(), events::toString);
      assertEquals("/problems/deadline-exceeded", last.json().get("type").textValue());
      assertTrue(text(events).startsWith("aé東🐈"), events::toString);
      List<Event> chunks =
          Events.of(
              server.post(
                  "/v1/chat/completions",
                  "{'model': 'tiny', 'stream': true, 'messages': [{'role': 'user', 'content':"
                      + " [{'type': 'image_url', 'image_url': {'url': '"
                      + TestServer.dataUri()
                      + "'}}]}]}"));
      JsonNode error = chunks.get(chunks.size() - 1).json().get("error");
      assertEquals("deadline_exceeded", error.get("code").textValue());
      assertEquals("server_error", error.get("type").textValue());
    }
  }

  /** Raw bytes: each event is written whole, so that none ends inside of a character. */
  @Test
  void noWriteEndsInsideOfACharacter() throws Exception {
    try (TestServer server = TestServer.start(folder, "decoding", "steady");
        StreamClient client = new StreamClient(server.address())) {
      client.ask("/caption", body(", 'max_length': 66, 'stream': true"));
      String all = client.readToEnd();
      // Chunks of HTTP: their sizes, and after each a whole number of events.
      int chunks = 0;
      for (String chunk : StreamClient.chunks(all)) {
        assertTrue(chunk.endsWith("\n\n"), chunk);
        assertFalse(chunk.contains("\ufffd"), chunk);
        chunks++;
      }
      assertTrue(chunks > 20, "an event is a chunk of its own: " + chunks);
    }
  }

  @Test
  void aClientThatLeavesEndsItsAnswer() throws Exception {
    try (TestServer server = TestServer.start(folder, "decoding", "steady")) {
      StreamClient client = new StreamClient(server.address());
      client.ask("/caption", body(", 'max_length': 250, 'stream': true"));
      client.readUntil("token");
      client.close();
      long left = SteadyDecodingProvider.tokens();
      long start = System.nanoTime();
      // Waits for its turn: it is answered when the other's place is free.
      TestServer.json(server.post("/caption", body(", 'max_length': 1")));
      long millis = (System.nanoTime() - start) / 1_000_000;
      long tokens = SteadyDecodingProvider.tokens() - left;
      assertTrue(tokens < 12, tokens + " tokens in " + millis + " ms");
    }
  }

  @Test
  void aClientThatLeavesBeforeTheFirstTextLeavesTheQueue() throws Exception {
    try (TestServer server = TestServer.start(folder, "decoding", "steady");
        StreamClient first = new StreamClient(server.address())) {
      long before = SteadyDecodingProvider.tokens();
      first.ask("/caption", body(", 'max_length': 200, 'stream': true"));
      first.readUntil("token");
      StreamClient second = new StreamClient(server.address());
      second.ask("/caption", body(", 'max_length': 200, 'stream': true"));
      awaitWaiting(server, 1);
      second.close();
      first.readUntil("event: answer");
      // Had it stayed, its turn would have come before this one.
      TestServer.json(server.post("/caption", body(", 'max_length': 1")));
      assertEquals(200 + 1, SteadyDecodingProvider.tokens() - before);
    }
  }

  private static void awaitWaiting(TestServer server, int wanted) throws Exception {
    int waiting = -1;
    for (int i = 0; i < 100 && waiting != wanted; i++) {
      Thread.sleep(20);
      waiting = TestServer.json(server.get("/health")).at("/queue/waiting").intValue();
    }
    assertEquals(wanted, waiting);
  }

  @Test
  void aClientThatHasSaidEverythingMayCloseItsHalf() throws Exception {
    try (TestServer server = TestServer.start(folder, "decoding", "steady");
        StreamClient client = new StreamClient(server.address())) {
      client.ask("/caption", body(", 'max_length': 100, 'stream': true"));
      client.endOutput();
      List<Event> events = Events.parse(String.join("", StreamClient.chunks(client.readToEnd())));
      assertEquals("answer", events.get(events.size() - 1).name());
      assertEquals(100, events.get(events.size() - 1).json().get("tokens").intValue());
    }
  }

  @Test
  void aClientThatReadsNothingHoldsNobodyUp() throws Exception {
    try (TestServer server = TestServer.start(folder, "decoding", "steady");
        StreamClient idle = new StreamClient(server.address())) {
      idle.ask("/caption", body(", 'max_length': 100, 'stream': true"));
      long start = System.nanoTime();
      for (int i = 0; i < 5; i++) {
        TestServer.json(server.post("/caption", body(", 'max_length': 5")));
      }
      long millis = (System.nanoTime() - start) / 1_000_000;
      // 100 tokens and five times 5 of them, 10 ms each, and what the machine is slow by.
      assertTrue(millis < 8_000, millis + " ms");
      idle.readUntil("answer");
    }
  }
}

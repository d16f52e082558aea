package org.edgevlm.app.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.edgevlm.app.TestServer;
import org.edgevlm.app.service.Problem;
import org.edgevlm.app.stream.Events;
import org.edgevlm.app.stream.Events.Event;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The routes as OpenAI's clients see them, with a real model behind. */
class OpenAiRoutesTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String TEXT = "東京の空に青い鳥がいる。";

  @TempDir static Path folder;
  private static TestServer server;

  @BeforeAll
  static void start() throws Exception {
    server = TestServer.start(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String picture() {
    return "{'type': 'image_url', 'image_url': {'url': '" + TestServer.dataUri() + "'}}";
  }

  /** A request for a caption, with a few more fields. */
  private static String request(String more) {
    return "{'model': 'tiny', 'messages': [{'role': 'user', 'content': ["
        + picture()
        + "]}]"
        + more
        + "}";
  }

  private static JsonNode complete(String more) throws Exception {
    return TestServer.json(server.post(CHAT, request(more)));
  }

  private static JsonNode error(int status, HttpResponse<String> response) throws Exception {
    assertEquals(status, response.statusCode(), response.body());
    assertEquals("application/json", response.headers().firstValue("Content-Type").orElse(""));
    JsonNode json = new ObjectMapper().readTree(response.body());
    assertEquals(1, json.size(), response.body());
    JsonNode error = json.get("error");
    assertEquals(4, error.size(), response.body());
    for (String name : List.of("message", "type", "code")) {
      assertTrue(error.get(name).isTextual(), response.body());
    }
    assertTrue(error.has("param"), response.body());
    return error;
  }

  @Test
  void anAnswerHasEverythingThatClientsRead() throws Exception {
    long before = Instant.now().getEpochSecond();
    JsonNode json = complete("");
    assertTrue(json.get("id").textValue().matches("chatcmpl-[0-9a-f]{24}"), json::toString);
    assertEquals("chat.completion", json.get("object").textValue());
    assertTrue(json.get("created").longValue() >= before, json::toString);
    assertEquals("tiny", json.get("model").textValue());
    assertTrue(json.get("system_fingerprint").textValue().matches("fp_[0-9a-f]{10}"));
    assertEquals(1, json.get("choices").size());
    JsonNode choice = json.at("/choices/0");
    assertEquals(0, choice.get("index").intValue());
    assertEquals("assistant", choice.at("/message/role").textValue());
    assertEquals(TEXT, choice.at("/message/content").textValue());
    assertTrue(choice.at("/message/refusal").isNull());
    assertTrue(choice.get("logprobs").isNull());
    assertEquals("stop", choice.get("finish_reason").textValue());
    JsonNode usage = json.get("usage");
    assertEquals(37, usage.get("completion_tokens").intValue());
    assertEquals(39, usage.get("prompt_tokens").intValue());
    assertEquals(76, usage.get("total_tokens").intValue());
    assertTrue(json.at("/edgevlm/timings/total_ms").isNumber());
    assertEquals("reference", json.at("/edgevlm/plugins/backend").textValue());
    assertTrue(json.at("/edgevlm/warnings").isEmpty());
    JsonNode second = complete("");
    assertNotEquals(json.get("id"), second.get("id"));
    assertEquals(json.get("system_fingerprint"), second.get("system_fingerprint"));
  }

  @Test
  void itIsTheAnswerOfTheServersOwnRoute() throws Exception {
    String body = "{'image': '" + TestServer.dataUri() + "', 'question': 'What is it?'}";
    JsonNode own = TestServer.json(server.post("/vqa", body));
    JsonNode chat =
        TestServer.json(
            server.post(
                CHAT,
                "{'model': 'tiny', 'messages': [{'role': 'user', 'content': ["
                    + picture()
                    + ", {'type': 'text', 'text': 'What is it?'}]}]}"));
    assertEquals(own.get("text"), chat.at("/choices/0/message/content"));
    assertEquals(own.get("prompt_tokens"), chat.at("/usage/prompt_tokens"));
  }

  @Test
  void theReasonIsLengthWhereTheLimitWasReached() throws Exception {
    JsonNode json = complete(", 'max_tokens': 7");
    assertEquals("length", json.at("/choices/0/finish_reason").textValue());
    assertEquals(7, json.at("/usage/completion_tokens").intValue());
    assertEquals("東京", json.at("/choices/0/message/content").textValue());
  }

  @Test
  void aStopTextEndsTheAnswerAndIsNotInIt() throws Exception {
    JsonNode json = complete(", 'stop': ['鳥が', 'x']");
    assertEquals("東京の空に青い", json.at("/choices/0/message/content").textValue());
    assertEquals("stop", json.at("/choices/0/finish_reason").textValue());
    List<Event> events = Events.of(server.post(CHAT, request(", 'stream': true, 'stop': '鳥が'")));
    assertEquals("東京の空に青い", text(events));
  }

  private static String text(List<Event> events) {
    StringBuilder text = new StringBuilder();
    for (Event event : events) {
      assertEquals("message", event.name());
      if (!event.data().equals("[DONE]")) {
        text.append(event.json().at("/choices/0/delta/content").asText(""));
      }
    }
    return text.toString();
  }

  @Test
  void aStreamIsChunksAndADone() throws Exception {
    List<Event> events = Events.of(server.post(CHAT, request(", 'stream': true")));
    int last = events.size() - 1;
    assertEquals("[DONE]", events.get(last).data());
    JsonNode first = events.get(0).json();
    assertEquals("assistant", first.at("/choices/0/delta/role").textValue());
    assertEquals("", first.at("/choices/0/delta/content").textValue());
    JsonNode end = events.get(last - 1).json();
    assertEquals("stop", end.at("/choices/0/finish_reason").textValue());
    assertTrue(end.at("/choices/0/delta").isEmpty());
    assertTrue(end.at("/edgevlm/timings/total_ms").isNumber());
    assertEquals(TEXT, text(events));
    for (Event event : events.subList(0, last)) {
      JsonNode chunk = event.json();
      assertEquals("chat.completion.chunk", chunk.get("object").textValue());
      for (String same : List.of("id", "created", "model", "system_fingerprint")) {
        assertEquals(first.get(same), chunk.get(same), same);
      }
      assertEquals(0, chunk.at("/choices/0/index").intValue());
      assertFalse(chunk.has("usage"), chunk::toString);
      if (chunk != end && event != events.get(last - 1)) {
        assertTrue(chunk.at("/choices/0/finish_reason").isNull(), chunk::toString);
      }
    }
  }

  @Test
  void aStreamEndsWithWhatWasUsedWhereAsked() throws Exception {
    List<Event> events =
        Events.of(
            server.post(
                CHAT, request(", 'stream': true, 'stream_options': {'include_usage': true}")));
    JsonNode used = events.get(events.size() - 2).json();
    assertTrue(used.get("choices").isArray() && used.get("choices").isEmpty(), used::toString);
    assertEquals(76, used.at("/usage/total_tokens").intValue());
    assertEquals("[DONE]", events.get(events.size() - 1).data());
    for (Event event : events.subList(0, events.size() - 2)) {
      assertTrue(event.json().get("usage").isNull(), event::data);
    }
  }

  @Test
  void aSeedGivesTheSameAnswerAgain() throws Exception {
    Set<String> texts = new HashSet<>();
    for (int seed = 0; seed < 6; seed++) {
      String more = ", 'temperature': 2, 'max_tokens': 20, 'seed': " + seed;
      JsonNode once = complete(more).at("/choices/0/message/content");
      assertEquals(once, complete(more).at("/choices/0/message/content"));
      texts.add(once.textValue());
    }
    assertTrue(texts.size() > 1, texts::toString);
  }

  @Test
  void schemasAreFollowed() throws Exception {
    String format =
        ", 'response_format': {'type': 'json_schema', 'json_schema': {'name': 'x', 'schema':"
            + " {'type': 'boolean'}}}";
    String text = complete(format).at("/choices/0/message/content").textValue();
    assertTrue(Set.of("true", "false").contains(text), text);
    JsonNode error =
        error(400, server.post(CHAT, request(format.replace("'boolean'", "'no such type'"))));
    assertEquals("response_format", error.get("param").textValue());
  }

  @Test
  void whatWasSaidBeforeCounts() throws Exception {
    String conversation =
        "{'model': 'tiny', 'messages': [{'role': 'user', 'content': ["
            + picture()
            + "]}, {'role': 'assistant', 'content': 'A.'}, {'role': 'user', 'content': 'B?'}]}";
    JsonNode json = TestServer.json(server.post(CHAT, conversation));
    // A byte is a token: the turns' control tokens, roles and words.
    int turns = 2 + " USER: \n".length() + " ASSISTANT: A.\n".length() + " USER: B?\n".length();
    assertTrue(json.at("/usage/prompt_tokens").intValue() >= turns, json::toString);
    String two = conversation.replace("'content': 'B?'", "'content': [" + picture() + "]");
    JsonNode warned = TestServer.json(server.post(CHAT, two));
    assertEquals(1, warned.at("/edgevlm/warnings").size(), warned::toString);
  }

  @Test
  void theModelIsListed() throws Exception {
    JsonNode list = TestServer.json(server.get("/v1/models"));
    assertEquals("list", list.get("object").textValue());
    assertEquals(1, list.get("data").size());
    JsonNode model = list.at("/data/0");
    assertEquals("tiny", model.get("id").textValue());
    assertEquals("model", model.get("object").textValue());
    assertTrue(model.get("created").longValue() > 1_700_000_000L);
    assertTrue(model.get("owned_by").isTextual());
    assertEquals(model, TestServer.json(server.get("/v1/models/tiny")));
    for (String other : List.of("gpt-4o", "tiny/2", "tiny%2f2")) {
      HttpResponse<String> response = server.get("/v1/models/" + other);
      assertTrue(Set.of(400, 404).contains(response.statusCode()), response.body());
    }
    assertEquals(
        "model_not_found", error(404, server.get("/v1/models/gpt-4o")).get("code").textValue());
  }

  @Test
  void anotherModelIsNotThere() throws Exception {
    HttpResponse<String> response = server.post(CHAT, request("").replace("tiny", "gpt-4o"));
    JsonNode error = error(404, response);
    assertEquals("model_not_found", error.get("code").textValue());
    assertEquals("model", error.get("param").textValue());
    assertTrue(error.get("message").textValue().contains("'tiny'"), error::toString);
    assertFalse(response.body().contains("gpt"), response.body());
  }

  @Test
  void errorsOfThePictureHaveTheirCodes() throws Exception {
    String cut = request("").replace(TestServer.dataUri(), TestServer.dataUri().substring(0, 160));
    assertEquals("image_parse_error", error(400, server.post(CHAT, cut)).get("code").textValue());
    String other = request("").replace(TestServer.dataUri(), "data:image/bmp;base64,AQIDBA==");
    assertEquals(
        "invalid_image_format", error(400, server.post(CHAT, other)).get("code").textValue());
    assertEquals(
        "context_length_exceeded",
        error(
                400,
                server.post(
                    CHAT,
                    request("")
                        .replace(
                            "'content': [",
                            "'content': [{'type': 'text', 'text': '" + "x".repeat(5000) + "'}, ")))
            .get("code")
            .textValue());
  }

  @Test
  void errorsThatComeBeforeAreOfTheSameShape() throws Exception {
    assertEquals("invalid_json", error(400, server.post(CHAT, "{")).get("code").textValue());
    assertEquals("invalid_json", error(400, server.post(CHAT, "{} {}")).get("code").textValue());
    error(400, server.post(CHAT, "[]"));
    error(400, server.post(CHAT, ""));
    assertEquals("unknown_url", error(404, server.get("/v1/embeddings")).get("code").textValue());
    error(405, server.get(CHAT));
  }

  @ParameterizedTest
  @CsvSource({
    "edgevlm-tiny, edgevlm-tiny",
    "/home/me/models/a b.gguf, a b",
    "../models/smol/, smol",
    "'/x/language.gguf, /x/mmproj.gguf', language",
    "C:\\models\\m.gguf, m"
  })
  void noPathIsAName(String configured, String id) {
    assertEquals(id, ServedModel.id(configured));
  }

  @Test
  void aModelThatIsLoadingIsUnavailable() {
    OpenAiError error = OpenAiError.of(Problem.LOADING);
    assertEquals(503, error.status());
    assertEquals("server_error", error.type());
    assertEquals("loading", error.code());
  }

  @Test
  void everyProblemHasAFormHere() {
    for (Problem problem : Problem.values()) {
      OpenAiError error = OpenAiError.of(problem);
      assertNotEquals(422, error.status());
      assertEquals(problem.status() / 100, error.status() / 100);
      assertTrue(error.code().matches("[a-z_]+"), error::code);
    }
  }
}

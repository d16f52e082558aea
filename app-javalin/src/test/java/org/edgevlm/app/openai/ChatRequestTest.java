package org.edgevlm.app.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.edgevlm.runtime.Conversation;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.inference.ChatMessage;
import org.edgevlm.spi.inference.ChatMessage.Role;
import org.edgevlm.spi.inference.Grammar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatRequestTest {

  private static final SamplingParameters SAMPLING =
      new SamplingParameters(0.5, 7, 0.9, 0.1, 1.1, 3);
  private static final ChatDefaults DEFAULTS = new ChatDefaults(64, 256, SAMPLING);
  private static final String PICTURE =
      "{'type': 'image_url', 'image_url': {'url': 'data:image/png;base64,AQID'}}";
  private static final String MESSAGES =
      "'messages': [{'role': 'user', 'content': [{'type': 'text', 'text': 'What?'}, "
          + PICTURE
          + "]}]";

  private static ChatRequest read(String json) {
    try {
      JsonNode body = new ObjectMapper().readTree(json.replace('\'', '"'));
      return ChatRequest.read(body, DEFAULTS);
    } catch (IOException e) {
      throw new AssertionError(json, e);
    }
  }

  /** A request with a few more fields. */
  private static ChatRequest with(String more) {
    return read("{'model': 'm', " + MESSAGES + more + "}");
  }

  private static ChatRequest messages(String... messages) {
    return read("{'model': 'm', 'messages': [" + String.join(", ", messages) + "]}");
  }

  private static String message(String role, String content) {
    return "{'role': '" + role + "', 'content': " + content + "}";
  }

  private static OpenAiError refused(Runnable reading) {
    OpenAiError error = assertThrows(OpenAiException.class, reading::run).error();
    assertEquals(400, error.status());
    assertEquals("invalid_request_error", error.type());
    assertTrue(error.message().endsWith("."), error.message());
    return error;
  }

  private static void assertRefused(String param, String code, Runnable reading) {
    OpenAiError error = refused(reading);
    assertEquals(Optional.of(param), error.param(), error.message());
    assertEquals(code, error.code(), error.message());
  }

  @Test
  void whatIsLeftOutIsAsConfigured() {
    ChatRequest request = with("");
    assertEquals("m", request.model());
    assertFalse(request.stream());
    assertFalse(request.includeUsage());
    assertEquals(List.of(), request.warnings());
    assertEquals(ByteBuffer.wrap(new byte[] {1, 2, 3}), request.answer().image());
    assertEquals(Optional.of("What?"), request.answer().question());
    assertEquals(64, request.answer().maxTokens());
    assertEquals(SAMPLING, request.answer().sampling());
    assertEquals(Optional.empty(), request.answer().grammar());
    assertEquals(Conversation.NONE, request.answer().conversation());
    assertEquals(List.of(), request.answer().stops());
  }

  @Test
  void nullIsAsLeftOut() {
    ChatRequest request =
        with(
            ", 'temperature': null, 'top_p': null, 'stop': null, 'seed': null, 'n': null,"
                + " 'stream': null, 'stream_options': null, 'max_tokens': null,"
                + " 'response_format': null, 'tools': null, 'logprobs': null, 'audio': null");
    assertEquals(with("").answer(), request.answer());
  }

  @Test
  void samplingIsTheRequests() {
    ChatRequest request = with(", 'temperature': 2, 'top_p': 0.25, 'seed': -5");
    assertEquals(new SamplingParameters(2, 7, 0.25, 0.1, 1.1, -5), request.answer().sampling());
    assertTrue(with(", 'temperature': 0").answer().sampling().isGreedy());
    assertTrue(with(", 'top_p': 0").answer().sampling().topP() > 0);
  }

  @Test
  void bothNamesOfTheLengthCountAndTheServersLimitDoes() {
    assertEquals(5, with(", 'max_tokens': 5").answer().maxTokens());
    assertEquals(6, with(", 'max_completion_tokens': 6").answer().maxTokens());
    assertEquals(7, with(", 'max_tokens': 7, 'max_completion_tokens': 7").answer().maxTokens());
    assertEquals(256, with(", 'max_tokens': 100000000000").answer().maxTokens());
    assertRefused(
        "max_tokens", "invalid_value", () -> with(", 'max_tokens': 7, 'max_completion_tokens': 8"));
  }

  @Test
  void stopsAreOneTextOrAFew() {
    assertEquals(List.of("a"), with(", 'stop': 'a'").answer().stops());
    assertEquals(List.of("a", "bc"), with(", 'stop': ['a', 'bc']").answer().stops());
    assertEquals(List.of(), with(", 'stop': []").answer().stops());
    assertRefused("stop", "invalid_value", () -> with(", 'stop': ['a', 'b', 'c', 'd', 'e']"));
    assertRefused("stop", "invalid_value", () -> with(", 'stop': ['a', '']"));
    assertRefused("stop", "invalid_type", () -> with(", 'stop': ['a', 1]"));
    assertRefused("stop", "invalid_type", () -> with(", 'stop': {}"));
    assertRefused("stop", "invalid_value", () -> with(", 'stop': '\\ud83d'"));
  }

  @Test
  void streamsSayWhatWasUsedWhereAsked() {
    assertTrue(with(", 'stream': true").stream());
    assertFalse(with(", 'stream': true").includeUsage());
    assertTrue(with(", 'stream': true, 'stream_options': {'include_usage': true}").includeUsage());
    assertRefused(
        "stream_options",
        "invalid_value",
        () -> with(", 'stream_options': {'include_usage': true}"));
    assertRefused(
        "stream_options.include_usage",
        "invalid_type",
        () -> with(", 'stream': true, 'stream_options': {'include_usage': 1}"));
  }

  @Test
  void formatsAreGrammars() {
    assertEquals(
        Optional.empty(), with(", 'response_format': {'type': 'text'}").answer().grammar());
    assertEquals(
        Optional.of(new Grammar(Grammar.Kind.JSON_SCHEMA, "{\"type\": \"object\"}")),
        with(", 'response_format': {'type': 'json_object'}").answer().grammar());
    assertEquals(
        Optional.of(new Grammar(Grammar.Kind.JSON_SCHEMA, "{\"type\":\"boolean\"}")),
        with(", 'response_format': {'type': 'json_schema', 'json_schema': {'name': 'x',"
                + " 'strict': true, 'schema': {'type': 'boolean'}}}")
            .answer()
            .grammar());
    assertRefused(
        "response_format.type",
        "invalid_value",
        () -> with(", 'response_format': {'type': 'xml'}"));
    assertRefused(
        "response_format.type",
        "missing_required_parameter",
        () -> with(", 'response_format': {}"));
    assertRefused(
        "response_format.json_schema.schema",
        "missing_required_parameter",
        () -> with(", 'response_format': {'type': 'json_schema', 'json_schema': {'name': 'x'}}"));
    assertRefused(
        "response_format.json_schema.schema",
        "invalid_value",
        () ->
            with(
                ", 'response_format': {'type': 'json_schema', 'json_schema': {'schema':"
                    + " {'const': '"
                    + "x".repeat(17_000)
                    + "'}}}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'user': 'me'",
        "'metadata': {'a': 'b'}",
        "'store': true",
        "'service_tier': 'auto'",
        "'parallel_tool_calls': true",
        "'reasoning_effort': 'low'",
        "'whatever_comes_next': [1, 2]",
        "'n': 1",
        "'logprobs': false",
        "'top_logprobs': 0",
        "'presence_penalty': 0.0",
        "'frequency_penalty': 0",
        "'logit_bias': {}",
        "'tools': []",
        "'tool_choice': 'none'",
        "'modalities': ['text']"
      })
  void whatChangesNothingPasses(String field) {
    assertEquals(with("").answer(), with(", " + field).answer());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "n | 2 | unsupported_value",
        "n | 'x' | unsupported_value",
        "tools | [{}] | unsupported_parameter",
        "tool_choice | 'required' | unsupported_parameter",
        "functions | [{}] | unsupported_parameter",
        "logprobs | true | unsupported_parameter",
        "top_logprobs | 2 | unsupported_parameter",
        "logit_bias | {'5': 1} | unsupported_parameter",
        "audio | {} | unsupported_parameter",
        "modalities | ['text', 'audio'] | unsupported_parameter",
        "presence_penalty | 0.1 | unsupported_parameter",
        "frequency_penalty | -1 | unsupported_parameter",
        "prediction | {} | unsupported_parameter",
        "web_search_options | {} | unsupported_parameter",
        "temperature | 2.1 | invalid_value",
        "temperature | -0.1 | invalid_value",
        "temperature | '1' | invalid_type",
        "top_p | 1.5 | invalid_value",
        "max_tokens | 0 | invalid_value",
        "max_tokens | 1.5 | invalid_type",
        "max_completion_tokens | -1 | invalid_value",
        "seed | 1e3 | invalid_type",
        "seed | 99999999999999999999 | invalid_value",
        "stream | 'yes' | invalid_type",
        "response_format | 'json' | invalid_type"
      },
      quoteCharacter = '`')
  void whatCannotBeDoneIsRefused(String param, String value, String code) {
    assertRefused(param, code, () -> with(", '" + param + "': " + value));
  }

  @Test
  void aConversationHasItsTurns() {
    ChatRequest request =
        messages(
            message("developer", "'Be brief.'"),
            message(
                "user",
                "["
                    + PICTURE
                    + ", {'type': 'text', 'text': 'a'},"
                    + " {'type': 'text', 'text': 'b'}]"),
            message("assistant", "[{'type': 'text', 'text': 'c'}]"),
            message("user", "'d'"));
    assertEquals(Optional.of("d"), request.answer().question());
    assertEquals(
        new Conversation(
            List.of(
                new ChatMessage(Role.SYSTEM, "Be brief."),
                new ChatMessage(Role.USER, "a\nb"),
                new ChatMessage(Role.ASSISTANT, "c")),
            1),
        request.answer().conversation());
    assertEquals(List.of(), request.warnings());
  }

  @Test
  void theLastPictureIsTheOneItIsAbout() {
    String later = PICTURE.replace("AQID", "BAUG");
    ChatRequest request =
        messages(
            message("user", "[" + PICTURE + "]"),
            message("assistant", "'c'"),
            message("user", "[{'type': 'text', 'text': 'And this?'}, " + later + "]"));
    assertEquals(ByteBuffer.wrap(new byte[] {4, 5, 6}), request.answer().image());
    assertEquals(2, request.answer().conversation().imageAt());
    assertEquals(1, request.warnings().size());
    assertRefused(
        "messages[0].content",
        "too_many_images",
        () -> messages(message("user", "[" + PICTURE + ", " + PICTURE + "]")));
  }

  @Test
  void aPictureAloneIsToBeCaptioned() {
    ChatRequest request = messages(message("user", "[" + PICTURE + "]"));
    assertEquals(Optional.empty(), request.answer().question());
    assertRefused(
        "messages[2].content",
        "invalid_value",
        () ->
            messages(
                message("user", "[" + PICTURE + "]"),
                message("assistant", "'c'"),
                message("user", "' '")));
  }

  @Test
  void messagesThatAreNotSuchAConversationAreRefused() {
    assertRefused("model", "missing_required_parameter", () -> read("{" + MESSAGES + "}"));
    assertRefused("model", "invalid_type", () -> read("{'model': 1, " + MESSAGES + "}"));
    assertRefused("messages", "missing_required_parameter", () -> read("{'model': 'm'}"));
    assertRefused("messages", "invalid_type", () -> read("{'model': 'm', 'messages': 'x'}"));
    assertRefused("messages", "invalid_value", () -> messages());
    assertRefused("messages[0]", "invalid_type", () -> messages("'x'"));
    assertRefused(
        "messages[0].role", "missing_required_parameter", () -> messages("{'content': 'x'}"));
    assertRefused("messages[0].role", "unsupported_value", () -> messages(message("tool", "'x'")));
    assertRefused(
        "messages[0].content", "missing_required_parameter", () -> messages("{'role': 'user'}"));
    assertRefused("messages[0].content", "invalid_type", () -> messages(message("user", "7")));
    assertRefused(
        "messages[0].content[0].type",
        "missing_required_parameter",
        () -> messages(message("user", "['x']")));
    assertRefused(
        "messages[0].content[0].type",
        "unsupported_value",
        () -> messages(message("user", "[{'type': 'input_audio', 'input_audio': {}}]")));
    assertRefused(
        "messages[0].content[0].type",
        "unsupported_value",
        () -> messages(message("system", "[" + PICTURE + "]")));
    assertRefused(
        "messages[0].content[0].image_url",
        "invalid_type",
        () -> messages(message("user", "[{'type': 'image_url', 'image_url': 'data:,'}]")));
    assertRefused(
        "messages[1].role",
        "invalid_value",
        () -> messages(message("user", "[" + PICTURE + "]"), message("assistant", "'x'")));
    assertRefused(
        "messages[0].tool_calls",
        "unsupported_parameter",
        () -> messages("{'role': 'assistant', 'content': null, 'tool_calls': [{}]}"));
    assertRefused("messages", "missing_image", () -> messages(message("user", "'What?'")));
    assertRefused(
        "messages[0].content", "invalid_value", () -> messages(message("user", "'a\\u0000b'")));
    assertRefused(
        "messages",
        "context_length_exceeded",
        () -> messages(message("user", "'" + "x".repeat(70_000) + "'")));
    String[] many = new String[257];
    Arrays.fill(many, message("user", "'x'"));
    assertRefused("messages", "invalid_value", () -> messages(many));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://example.org/a.png | invalid_image_url",
        "http://127.0.0.1/a.png | invalid_image_url",
        "file:///etc/passwd | invalid_image_url",
        "data:image/png,AQID | invalid_image_url",
        "AQID | invalid_image_url",
        "`` | invalid_image_url",
        "data:image/png;base64,A*ID | invalid_base64_image",
        "data:image/png;base64,A | invalid_base64_image",
        "data:image/png;base64,AQ東D | invalid_base64_image",
        "data:image/png;base64, | empty_image_file"
      },
      quoteCharacter = '`')
  void addressesWithoutAPictureInThemAreRefused(String url, String code) {
    assertRefused(
        "messages[0].content[0].image_url.url",
        code,
        () -> messages(message("user", "[" + PICTURE.replaceAll("data:[^']*", url) + "]")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"data:image/jpeg;base64,AQID", "DATA:;BASE64,AQID", "data:a/b;c=d;base64,AQID"})
  void detailAndTheNamedFormatDoNotMatter(String url) {
    for (String detail : List.of("auto", "low", "high")) {
      String picture =
          "{'type': 'image_url', 'image_url': {'url': '" + url + "', 'detail': '" + detail + "'}}";
      assertEquals(
          ByteBuffer.wrap(new byte[] {1, 2, 3}),
          messages(message("user", "[" + picture + "]")).answer().image());
    }
  }

  @Test
  void noErrorHasAnythingOfTheRequestInIt() {
    OpenAiError error = refused(() -> with(", 'response_format': {'type': 'secret'}"));
    assertFalse(error.json().contains("secret"), error.json());
    error = refused(() -> messages(message("secret", "'x'")));
    assertFalse(error.json().contains("secret"), error.json());
  }
}

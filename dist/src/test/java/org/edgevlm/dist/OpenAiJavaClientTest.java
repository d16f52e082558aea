package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionUsage;
import com.openai.models.models.Model;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The official OpenAI client for Java, as it is, against the built server and its model. It comes
 * with the build, so that this is never skipped; {@link OpenAiClientTest} does more with Python's.
 */
class OpenAiJavaClientTest {

  private static final String MODEL = "edgevlm-tiny";
  private static final String TOKEN = "the-token-of-this-test";

  @TempDir static Path folder;
  private static Server server;
  private static OpenAIClient client;
  private static String picture;

  @BeforeAll
  static void start() throws IOException {
    server = Server.start(Program.edgevlm().with("EDGEVLM_TOKEN", TOKEN), folder, 0);
    client = client(server.address(), TOKEN);
    byte[] scene = Files.readAllBytes(Pictures.scene(0));
    picture = "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(scene);
  }

  @AfterAll
  static void stop() {
    if (client != null) {
      client.close();
    }
    server.close();
  }

  private static OpenAIClient client(URI address, String key) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(address.resolve("/v1").toString())
        .apiKey(key)
        .maxRetries(0)
        .build();
  }

  private static ChatCompletionCreateParams question(
      String url, UnaryOperator<ChatCompletionCreateParams.Builder> more) {
    ChatCompletionContentPart text =
        ChatCompletionContentPart.ofText(
            ChatCompletionContentPartText.builder().text("What is in the picture?").build());
    ChatCompletionContentPart image =
        ChatCompletionContentPart.ofImageUrl(
            ChatCompletionContentPartImage.builder()
                .imageUrl(ChatCompletionContentPartImage.ImageUrl.builder().url(url).build())
                .build());
    ChatCompletionCreateParams.Builder builder =
        ChatCompletionCreateParams.builder()
            .model(MODEL)
            .addUserMessageOfArrayOfContentParts(List.of(text, image));
    return more.apply(builder).build();
  }

  private static ChatCompletion ask(UnaryOperator<ChatCompletionCreateParams.Builder> more) {
    return client.chat().completions().create(question(picture, more));
  }

  private static String text(ChatCompletion answer) {
    return answer.choices().get(0).message().content().orElseThrow();
  }

  private static String reason(ChatCompletion answer) {
    return answer.choices().get(0).finishReason().asString();
  }

  private static void assertCode(String code, OpenAIServiceException error) {
    assertEquals(code, error.code().orElse(""), error.getMessage());
  }

  @Test
  void findsTheModel() {
    assertEquals(List.of(MODEL), client.models().list().data().stream().map(Model::id).toList());
    assertEquals(MODEL, client.models().retrieve(MODEL).id());
    NotFoundException error =
        assertThrows(NotFoundException.class, () -> client.models().retrieve("gpt-4o"));
    assertCode("model_not_found", error);
  }

  @Test
  void answersAboutAPicture() throws Exception {
    ChatCompletion answer = ask(UnaryOperator.identity());
    assertTrue(text(answer).split(" ").length > 3, text(answer));
    assertEquals("stop", reason(answer));
    CompletionUsage usage = answer.usage().orElseThrow();
    assertTrue(usage.promptTokens() > 10 && usage.completionTokens() > 2, usage::toString);
    assertEquals(usage.totalTokens(), usage.promptTokens() + usage.completionTokens());
    ChatCompletion brief = ask(builder -> builder.maxCompletionTokens(2));
    assertEquals("length", reason(brief));
    assertEquals(2, brief.usage().orElseThrow().completionTokens());
  }

  @Test
  void streams() {
    ChatCompletion whole = ask(UnaryOperator.identity());
    ChatCompletionStreamOptions usage =
        ChatCompletionStreamOptions.builder().includeUsage(true).build();
    ChatCompletionCreateParams streamed =
        question(picture, builder -> builder.streamOptions(usage));
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(streamed)) {
      List<ChatCompletionChunk> chunks = stream.stream().toList();
      StringBuilder text = new StringBuilder();
      chunks.stream()
          .flatMap(chunk -> chunk.choices().stream())
          .forEach(choice -> choice.delta().content().ifPresent(text::append));
      assertEquals(text(whole), text.toString());
      assertTrue(chunks.size() > 4, chunks::toString);
      CompletionUsage used = chunks.get(chunks.size() - 1).usage().orElseThrow();
      assertEquals(whole.usage().orElseThrow().totalTokens(), used.totalTokens());
    }
  }

  @Test
  void mayLeaveInTheMiddleOfAStream() {
    ChatCompletion whole = ask(UnaryOperator.identity());
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(question(picture, UnaryOperator.identity()))) {
      Iterator<ChatCompletionChunk> chunks = stream.stream().iterator();
      chunks.next();
    }
    assertEquals(text(whole), text(ask(UnaryOperator.identity())));
  }

  @Test
  void stopsWhereItIsTold() {
    String whole = text(ask(UnaryOperator.identity()));
    String word = whole.split(" ")[2];
    ChatCompletion stopped = ask(builder -> builder.stop(word));
    assertEquals(whole.substring(0, whole.indexOf(word)).strip(), text(stopped));
    assertEquals("stop", reason(stopped));
  }

  // OpenAI has deprecated the field, and with it the client its setter; it is as it was.
  private static String hot(long seed) {
    return text(
        ask(
            builder ->
                builder
                    .temperature(2.0)
                    .topP(1.0)
                    .putAdditionalBodyProperty("seed", JsonValue.from(seed))));
  }

  @Test
  void aSeedGivesTheSameAnswerAgain() {
    String one = hot(1);
    assertEquals(one, hot(1));
    assertTrue(LongStream.range(2, 8).anyMatch(seed -> !one.equals(hot(seed))), one);
  }

  @Test
  void errorsAreTheClientsOwn() {
    BadRequestException fetched =
        assertThrows(
            BadRequestException.class,
            () ->
                client
                    .chat()
                    .completions()
                    .create(question("https://example.org/a.png", UnaryOperator.identity())));
    assertCode("invalid_image_url", fetched);
    assertNotEquals("", fetched.param().orElse(""));
    assertCode(
        "unsupported_value",
        assertThrows(BadRequestException.class, () -> ask(builder -> builder.n(2))));
    OpenAIClient stranger = client(server.address(), "another-token-than-its");
    assertCode(
        "invalid_api_key",
        assertThrows(UnauthorizedException.class, () -> stranger.models().list()));
    stranger.close();
  }
}

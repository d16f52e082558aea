package org.edgevlm.plugin.llamacpp.bytedeco.vocab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.writer.TinyVocabulary;
import org.edgevlm.plugin.llamacpp.bytedeco.random.RandomModel;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.inference.ChatMessage;
import org.edgevlm.spi.inference.ChatMessage.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text to tokens and back, and messages to prompts. */
class GgufTokenizerTest {

  @TempDir static Path folder;

  private static final int SIZE = 420;
  private static final List<String> TOKENS = TinyVocabulary.tokens(SIZE);
  private static GgufTokenizer tokenizer;

  @BeforeAll
  static void open() throws IOException {
    Path file = new RandomModel().vocabulary(SIZE).write(folder.resolve("model.gguf"));
    tokenizer = new GgufTokenizer(GgufFile.open(file), Optional.empty());
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private static String decode(int[] tokens) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int token : tokens) {
      bytes.writeBytes(tokenizer.piece(token));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static int[] ids(String... tokens) {
    return Arrays.stream(tokens).mapToInt(TOKENS::indexOf).toArray();
  }

  /** SentencePiece puts a space before the first word. */
  private static void comesBack(String text) {
    assertEquals(" " + text, decode(tokenizer.encode(text, false)));
    assertEquals(" " + text, decode(tokenizer.encode(text, true)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        " ",
        "   ",
        "the red cat",
        "  two  spaces  ",
        "\n",
        "\r\n\t",
        "line\nline\n\n",
        "gr\u00fc\u00dfe",
        "\u732b\u304c\u3044\u308b",
        "\ud83d\ude00",
        "\ud83d\udc69\u200d\ud83d\ude80 e\u0301",
        "\u0000",
        "a\u0000b",
        "\u0001\u007f\u0080\u07ff\u0800\uffff",
        "\ud800\udc00\udbff\udfff",
        "<0x41>",
        "~!@#$%^&*()"
      })
  void textComesBack(String text) {
    comesBack(text);
  }

  @Test
  void textThatLooksLikeControlTokensComesBackAsText() {
    assertEquals(" <s></s><unk>", decode(tokenizer.encode("<s></s><unk>", false)));
  }

  @Test
  void mergesAreMade() {
    assertArrayEquals(
        ids("\u2581the", "\u2581red", "\u2581cat"), tokenizer.encode("the red cat", false));
    assertArrayEquals(ids("\u2581in", "<0x0A>", "the"), tokenizer.encode("in\nthe", false));
    assertArrayEquals(ids("\u2581", "<0xC3>", "<0xA4>"), tokenizer.encode("\u00e4", false));
  }

  @Test
  void nothingHasNoTokens() {
    assertEquals(0, tokenizer.encode("", false).length);
    assertEquals(0, tokenizer.encode("", true).length);
  }

  @Test
  void halfASurrogatePairBecomesAQuestionMark() {
    assertEquals(" a?b", decode(tokenizer.encode("a\ud83db", false)));
  }

  @Test
  void controlTextsAreTokensOnlyWhereAsked() {
    int[] parsed = tokenizer.encode("<s>cat</s>", true);
    assertEquals(1, parsed[0]);
    assertEquals(2, parsed[parsed.length - 1]);
    int[] plain = tokenizer.encode("<s>cat</s>", false);
    assertTrue(Arrays.stream(plain).allMatch(token -> token > 2));
    assertEquals(" <s>cat</s>", decode(plain));
  }

  @Test
  void noBeginOfTextIsAdded() {
    assertEquals(1, tokenizer.beginOfText());
    assertFalse(Arrays.stream(tokenizer.encode("cat", true)).anyMatch(t -> t == 1 || t == 2));
  }

  @Test
  void longTextComesBackInTime() {
    String words = "the red cat in a box ".repeat(5000);
    assertTrue(words.length() > 100_000);
    assertTimeout(Duration.ofSeconds(20), () -> comesBack(words));
    assertTimeout(Duration.ofSeconds(20), () -> comesBack("a".repeat(100_000)));
    assertTimeout(Duration.ofSeconds(20), () -> comesBack("\u732b".repeat(50_000)));
  }

  @Test
  void anyCharactersComeBack() {
    Random random = new Random(80);
    for (int round = 0; round < 200; round++) {
      StringBuilder text = new StringBuilder();
      int length = 1 + random.nextInt(40);
      while (text.length() < length) {
        int c = random.nextInt(random.nextBoolean() ? 0x80 : 0x30000);
        // U+2581 is how SentencePiece writes a space.
        if (!(c >= 0xd800 && c < 0xe000) && c != 0x2581) {
          text.appendCodePoint(c);
        }
      }
      assertEquals(" " + text, decode(tokenizer.encode(text.toString(), false)));
    }
  }

  @Test
  void piecesAreBytesAndControlTokensAreEmpty() {
    assertEquals(SIZE, tokenizer.size());
    for (int token = 0; token < 3; token++) {
      assertEquals(0, tokenizer.piece(token).length, "token " + token);
    }
    for (int value = 0; value < 256; value++) {
      assertArrayEquals(new byte[] {(byte) value}, tokenizer.piece(3 + value));
    }
    assertArrayEquals(new byte[] {' ', 't', 'h', 'e'}, tokenizer.piece(ids("\u2581the")[0]));
    assertThrows(IndexOutOfBoundsException.class, () -> tokenizer.piece(SIZE));
    assertThrows(IndexOutOfBoundsException.class, () -> tokenizer.piece(-1));
  }

  @Test
  void onlyTheEndEndsAnAnswer() {
    assertArrayEquals(
        new int[] {2}, IntStream.range(0, SIZE).filter(tokenizer::isEndOfGeneration).toArray());
  }

  @Test
  void controlTextsAreNamed() {
    assertEquals(List.of("<s>", "</s>"), tokenizer.controlTexts());
  }

  @Test
  void severalThreadsEncodeAtATime() throws Exception {
    String text = "the cat \ud83d\ude00 on red ".repeat(200);
    int[] expected = tokenizer.encode(text, false);
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Callable<int[]>> calls = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        calls.add(() -> tokenizer.encode(text, false));
      }
      for (Future<int[]> result : pool.invokeAll(calls)) {
        assertArrayEquals(expected, result.get());
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void vicunasPromptIsExact() {
    List<ChatMessage> one = List.of(new ChatMessage(Role.USER, "What is it?"));
    assertEquals("USER: What is it?\nASSISTANT:", tokenizer.applyChatTemplate(one, true));
    assertEquals("USER: What is it?\n", tokenizer.applyChatTemplate(one, false));
    List<ChatMessage> several =
        List.of(
            new ChatMessage(Role.SYSTEM, "Be brief."),
            new ChatMessage(Role.USER, "\u732b \ud83d\ude00\n?"),
            new ChatMessage(Role.ASSISTANT, "A cat."),
            new ChatMessage(Role.USER, ""));
    assertEquals(
        "Be brief.\n\nUSER: \u732b \ud83d\ude00\n?\nASSISTANT: A cat.</s>\nUSER: \nASSISTANT:",
        tokenizer.applyChatTemplate(several, true));
  }

  @Test
  void longMessagesAreLaidOutWhole() {
    String text = "\ud83d\ude00x".repeat(50_000);
    assertEquals(
        "USER: " + text + "\nASSISTANT:",
        tokenizer.applyChatTemplate(List.of(new ChatMessage(Role.USER, text)), true));
  }

  @Test
  void aNulDoesNotEndAMessage() {
    assertEquals(
        "USER: a b\nASSISTANT:",
        tokenizer.applyChatTemplate(List.of(new ChatMessage(Role.USER, "a\0b")), true));
  }

  @Test
  void manyShortMessagesAreLaidOutWhole() {
    List<ChatMessage> messages =
        IntStream.range(0, 500).mapToObj(i -> new ChatMessage(Role.ASSISTANT, "")).toList();
    assertEquals(
        "ASSISTANT: </s>\n".repeat(500) + "ASSISTANT:",
        tokenizer.applyChatTemplate(messages, true));
  }

  @Test
  void aTemplatesNameTakesTheFilesPlace() throws IOException {
    List<ChatMessage> messages = List.of(new ChatMessage(Role.USER, "Hi"));
    Path file = folder.resolve("model.gguf");
    try (GgufTokenizer chatml = new GgufTokenizer(GgufFile.open(file), Optional.of("chatml"))) {
      assertEquals(
          "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
          chatml.applyChatTemplate(messages, true));
    }
    Path bare = folder.resolve("bare.gguf");
    new RandomModel().writer().remove("tokenizer.chat_template").write(bare);
    try (GgufTokenizer vicuna = new GgufTokenizer(GgufFile.open(bare), Optional.of("vicuna"))) {
      assertEquals("USER: Hi\nASSISTANT:", vicuna.applyChatTemplate(messages, true));
    }
  }

  @Test
  void aMissingOrUnknownTemplateSaysWhichKeyNamesOne() throws IOException {
    List<ChatMessage> messages = List.of(new ChatMessage(Role.USER, "Hi"));
    Path bare = folder.resolve("none.gguf");
    new RandomModel().writer().remove("tokenizer.chat_template").write(bare);
    Path odd = folder.resolve("odd.gguf");
    new RandomModel().writer().string("tokenizer.chat_template", "{{ odd }}").write(odd);
    for (Path file : List.of(bare, odd)) {
      try (GgufTokenizer without = new GgufTokenizer(GgufFile.open(file), Optional.empty())) {
        EdgeVlmException refusal =
            assertThrows(EdgeVlmException.class, () -> without.applyChatTemplate(messages, true));
        assertTrue(
            refusal.getMessage().contains("llamacpp-bytedeco.chat_template"), refusal.getMessage());
      }
    }
  }
}

package org.edgevlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that answer, with the reference plugins: real answers, no natives. */
class AnswerCommandsTest {

  private static final String YES_NO = "root ::= \"yes\" | \"no\"";

  @TempDir Path home;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private String picture;

  @BeforeEach
  void setHome() throws IOException {
    System.setProperty("edgevlm.home", home.toString());
    new ReferenceHome(home);
    picture = picture("picture.bmp");
  }

  @AfterEach
  void clearHome() {
    System.clearProperty("edgevlm.home");
  }

  private String picture(String name) throws IOException {
    ByteBuffer bytes = BmpVisionProvider.bmp(9, 5, 0xff0000, 0x0000ff);
    byte[] array = new byte[bytes.remaining()];
    bytes.get(array);
    return write(name, array);
  }

  private String write(String name, byte[] bytes) throws IOException {
    return Files.write(home.resolve(name), bytes).toString();
  }

  private String write(String name, String text) throws IOException {
    return write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private int run(String backend, String... arguments) {
    out.reset();
    err.reset();
    List<String> all = new ArrayList<>(List.of(arguments));
    for (String set : List.of("backend=" + backend, "vision=reference-bmp", "model=tiny")) {
      all.add("--set");
      all.add(set);
    }
    Console console = new Console(stream(out), stream(err), false);
    return new CommandLineProgram(console).run(all.toArray(String[]::new));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void assertUsage(String message, String... arguments) {
    assertEquals(2, run("reference", arguments), () -> err());
    assertTrue(err().contains(message), err());
    assertEquals("", out());
  }

  @Test
  void aGrammarConstrainsTheAnswer() throws IOException {
    String gbnf = write("yes-no.gbnf", YES_NO + "\n");
    String schema = write("schema.json", "{\"type\": \"boolean\"}\n");
    assertEquals(0, run("reference", "caption", picture, "--grammar", gbnf), () -> err());
    assertTrue(Set.of("yes", "no").contains(out().strip()), out());
    assertEquals(0, run("reference", "vqa", picture, "Is it?", "--json-schema", schema));
    assertTrue(Set.of("true", "false").contains(out().strip()), out());
  }

  @Test
  void aGrammarFileThatCannotBeUsedIsNamed() throws IOException {
    String gbnf = write("a.gbnf", YES_NO);
    assertUsage(
        "--grammar /no/such.gbnf: does not exist",
        "caption",
        picture,
        "--grammar",
        "/no/such.gbnf");
    assertUsage("is a folder", "caption", picture, "--json-schema", home.toString());
    assertUsage("is empty", "caption", picture, "--grammar", write("empty.gbnf", " \n"));
    assertUsage(
        "isn't UTF-8",
        "caption",
        picture,
        "--grammar",
        write("latin.gbnf", new byte[] {(byte) 0xe9, 'a'}));
    assertUsage(
        "has more than 16384 bytes",
        "caption",
        picture,
        "--grammar",
        write("long.gbnf", "x".repeat(16_385)));
    assertUsage(
        "give --grammar or --json-schema, not both",
        "caption",
        picture,
        "--grammar",
        gbnf,
        "--json-schema",
        gbnf);
    String broken = write("broken.gbnf", "root ::= \"a");
    assertUsage(
        "--grammar " + broken + ": expected a closing", "caption", picture, "--grammar", broken);
  }

  @Test
  void aBackendWithoutGrammarsNamesThoseThatHaveThem() throws IOException {
    String gbnf = write("a.gbnf", YES_NO);
    assertEquals(2, run("plain", "caption", picture, "--grammar", gbnf));
    assertTrue(err().contains("'plain' does not; backends that do: reference"), err());
  }

  @Test
  void whatIsDegradedIsSaidOnce() throws IOException {
    String gbnf = write("a.gbnf", YES_NO);
    String[] command = {
      "caption",
      picture,
      picture("other.bmp"),
      "--grammar",
      gbnf,
      "--set",
      "cache=reference-window",
      "--set",
      "degrade=true"
    };
    assertEquals(0, run("plain", command), () -> err());
    assertEquals(2, err().lines().filter(line -> line.contains("warning")).count(), err());
    assertEquals(1, err().lines().filter(line -> line.contains("LAYERWISE_KV")).count(), err());
    assertEquals(1, err().lines().filter(line -> line.contains("(GRAMMAR)")).count(), err());
    assertEquals(2, out().lines().count(), out());

    String[] json = {
      "caption",
      picture,
      "--json",
      "-q",
      "--set",
      "degrade=true",
      "--set",
      "decoding=reference-draft"
    };
    assertEquals(0, run("plain", json), () -> err());
    JsonNode answer = new ObjectMapper().readTree(out());
    assertEquals(1, answer.get("warnings").size());
    assertEquals("autoregressive", answer.at("/plugins/decoding").asText());
    assertEquals(
        "edgevlm: warning: " + answer.at("/warnings/0").asText(), err().strip(), "and no more");
  }

  @Test
  void aSetThatDoesNotFitIsAUsageError() {
    assertEquals(2, run("plain", "caption", picture, "--set", "cache=reference-window"));
    assertTrue(
        err().contains("cache policy 'reference-window' needs a backend that")
            && err().contains("backends that do: reference"),
        err());
  }

  @Test
  void aQuestionThatIsTooLongIsTheUsersErrorAndToldInTheirWords() {
    assertEquals(2, run("reference", "vqa", picture, "x".repeat(400)));
    assertEquals(
        "edgevlm: "
            + picture
            + ": the picture and the text don't fit into the model's context of 256 tokens: ask in"
            + " fewer words, or raise the backend's context_length",
        err().strip());
    assertEquals(2, run("reference", "vqa", picture, "x".repeat(400), "--json"));
    assertTrue(out().contains("\"reason\":\"prompt_too_long\""), out());
  }

  @Test
  void scoreNamesAPictureThatIsNotThereAndGoesOn() throws IOException {
    Path scenes = Files.createDirectory(home.resolve("scenes"));
    Files.copy(Path.of(picture), scenes.resolve("1.bmp"));
    Files.writeString(
        scenes.resolve("scenes.jsonl"),
        """
        {"image":"0.bmp","objects":[["cat"]],"questions":[]}
        {"image":"1.bmp","objects":[["owl"]],"questions":[]}
        """);
    assertEquals(3, run("reference", "score", "--json", scenes.toString()), () -> err());
    assertTrue(err().contains(scenes.resolve("0.bmp") + ": does not exist"), err());
    JsonNode score = new ObjectMapper().readTree(out()).get(0);
    assertEquals(1, score.get("pictures").asInt());
    assertEquals(1, score.get("left_out").asInt());
    assertEquals(1, score.at("/objects/n").asInt());
    Files.copy(Path.of(picture), scenes.resolve("0.bmp"));
    assertEquals(0, run("reference", "score", scenes.toString()), () -> err());
    assertFalse(out().contains("left out"), out());

    String[] degraded = {
      "score", scenes.toString(), "--set", "degrade=true", "--set", "cache=reference-window"
    };
    assertEquals(0, run("plain", degraded), () -> err());
    assertEquals(1, err().lines().filter(line -> line.contains("warning")).count(), err());
  }
}

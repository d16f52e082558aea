package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.edgevlm.dist.Program.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built program with the default model, as a process. */
class CommandLineTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String SCENE = Pictures.scene(0).toString();

  @TempDir Path folder;

  private static Result run(String... arguments) throws IOException, InterruptedException {
    return Program.edgevlm().run(arguments);
  }

  @Test
  void aCaptionIsTheTextAloneWithTimingsOnStandardError() throws Exception {
    Result result = run("caption", SCENE).expect(0);
    assertEquals(1, result.out().lines().count(), result.out());
    assertFalse(result.out().isBlank());
    assertFalse(result.out().contains(SCENE));
    for (String stage : List.of("vision", "encode", "prefill", "decode", "tokens/s")) {
      assertTrue(result.err().contains(stage), result.err());
    }
    assertEquals(1, result.err().lines().count(), result.err());
  }

  @Test
  void quietLeavesStandardErrorEmpty() throws Exception {
    Result result = run("caption", "--quiet", SCENE).expect(0);
    assertEquals("", result.err());
    assertEquals(1, result.out().lines().count());
  }

  @Test
  void severalPicturesHaveTheirNamesInFront() throws Exception {
    String other = Pictures.scene(1).toString();
    List<String> lines = run("caption", "-q", SCENE, other).expect(0).out().lines().toList();
    assertEquals(2, lines.size());
    assertTrue(lines.get(0).startsWith(SCENE + ": "), lines.get(0));
    assertTrue(lines.get(1).startsWith(other + ": "), lines.get(1));
    String alone = run("caption", "-q", SCENE).expect(0).out().strip();
    assertEquals(SCENE + ": " + alone, lines.get(0), "pictures don't influence each other");
  }

  @Test
  void jsonHasTheDocumentedFields() throws Exception {
    JsonNode json = MAPPER.readTree(run("caption", "--json", SCENE).expect(0).out());
    assertEquals(SCENE, json.get("file").asText());
    Answers.assertComplete(json);
    assertEquals(run("caption", "-q", SCENE).out().strip(), json.get("text").asText());
  }

  @Test
  void aQuestionIsAnswered() throws Exception {
    Result result = run("vqa", "--json", SCENE, "What colour is the background?").expect(0);
    JsonNode json = MAPPER.readTree(result.out());
    Answers.assertComplete(json);
    Result plain = run("vqa", SCENE, "What colour is the background?").expect(0);
    assertEquals(json.get("text").asText(), plain.out().strip());
  }

  @Test
  void theSameSeedGivesTheSameText() throws Exception {
    String[] sampled = {"caption", "-q", "--temperature", "1.5", "--seed", "7", SCENE};
    assertEquals(run(sampled).expect(0).out(), run(sampled).expect(0).out());
  }

  @Test
  void theLengthIsLimited() throws Exception {
    Result result = run("caption", "--json", "--max-length", "2", SCENE).expect(0);
    JsonNode json = MAPPER.readTree(result.out());
    assertEquals(2, json.get("tokens").asInt());
    assertEquals("length", json.get("finish_reason").asText());
  }

  @Test
  void picturesThatCannotBeUsedDoNotKeepTheOthersFromBeingAnswered() throws Exception {
    Path text = Files.write(folder.resolve("text.png"), Pictures.text());
    Path half = Files.write(folder.resolve("half.jpg"), Pictures.truncated());
    Path huge = Files.write(folder.resolve("huge.png"), Pictures.enormous());
    Path gif = Files.write(folder.resolve("a.gif"), Pictures.gif());
    Path none = folder.resolve("none.png");
    String[] bad = {
      text.toString(),
      half.toString(),
      huge.toString(),
      gif.toString(),
      none.toString(),
      folder.toString()
    };
    Result result = run("caption", bad[0], bad[1], SCENE, bad[2], bad[3], bad[4], bad[5]).expect(3);
    assertEquals(1, result.out().lines().count(), result.out());
    assertTrue(result.out().startsWith(SCENE + ": "), result.out());
    for (String file : bad) {
      assertTrue(result.err().contains("edgevlm: " + file + ": "), result.err());
    }
    assertFalse(result.err().contains("\tat "), result.err());
  }

  @Test
  void jsonHasAnObjectForAPictureThatCannotBeUsedToo() throws Exception {
    Path half = Files.write(folder.resolve("half.jpg"), Pictures.truncated());
    Path huge = Files.write(folder.resolve("huge.png"), Pictures.enormous());
    Path gif = Files.write(folder.resolve("a.gif"), Pictures.gif());
    String none = folder.resolve("none.png").toString();
    Result result =
        run("caption", "--json", half.toString(), huge.toString(), gif.toString(), none, SCENE)
            .expect(3);
    List<String> lines = result.out().lines().toList();
    assertEquals(5, lines.size(), result.out());
    List<String> reasons = List.of("corrupt", "too_large", "unsupported", "unreadable");
    for (int i = 0; i < reasons.size(); i++) {
      JsonNode json = MAPPER.readTree(lines.get(i));
      assertEquals(reasons.get(i), json.at("/error/reason").asText(), lines.get(i));
    }
    Answers.assertComplete(MAPPER.readTree(lines.get(4)));
  }

  @Test
  void aModelThatIsNotThereIsFour() throws Exception {
    Result result = run("caption", "--set", "model=nosuch", SCENE).expect(4);
    assertTrue(result.err().contains("nosuch"), result.err());
    assertTrue(result.err().contains("edgevlm-tiny"), "names what is there: " + result.err());
    assertEquals("", result.out());
  }

  @Test
  void aBrokenModelIsFour() throws Exception {
    Path model = Files.write(folder.resolve("model.gguf"), Pictures.text());
    Result result = run("caption", "--set", "model=" + model, SCENE).expect(4);
    assertTrue(result.err().contains("model.gguf"), result.err());
    assertFalse(result.err().contains("\tat "), result.err());
  }

  @Test
  void aModelBeyondTheMemoryLimitIsFour() throws Exception {
    Result result = run("caption", "--set", "memory_limit=1MB", SCENE).expect(4);
    assertTrue(result.err().contains("memory_limit"), result.err());
  }

  @Test
  void theConfigurationComesFromFileEnvironmentAndCommandLineInThatOrder() throws Exception {
    Path file = Files.writeString(folder.resolve("my.yaml"), "max_length: 2\n");
    Program program = Program.edgevlm();
    String[] config = {"config", "--config", file.toString()};
    assertLength(program.run(config), "2", "my.yaml");
    program.with("EDGEVLM_MAX_LENGTH", "3");
    assertLength(program.run(config), "3", "EDGEVLM_MAX_LENGTH");
    assertLength(
        program.run("config", "--config", file.toString(), "--set", "max_length=4"), "4", "--set");
    Result caption = program.run("caption", "--json", SCENE).expect(0);
    assertEquals(3, MAPPER.readTree(caption.out()).get("tokens").asInt());
  }

  private static void assertLength(Result config, String value, String origin) {
    config.expect(0);
    String line =
        config.out().lines().filter(l -> l.startsWith("max_length ")).findFirst().orElse("");
    assertTrue(line.matches("max_length +" + value + " .*" + origin + ".*"), config.out());
  }

  @Test
  void theInstalledConfigurationIsTheTemplate() throws Exception {
    String template = run("config", "--template").expect(0).out();
    assertEquals(template, Files.readString(Program.DISTRIBUTION.resolve("conf/edgevlm.yaml")));
    Path file = Files.writeString(folder.resolve("template.yaml"), template);
    run("config", "--config", file.toString()).expect(0);
  }

  @Test
  void badSettingsAreTwoAndSayWhatWouldBeRight() throws Exception {
    Result key = run("config", "--set", "visoin=opencv").expect(2);
    assertTrue(key.err().contains("visoin") && key.err().contains("vision"), key.err());
    Result value = run("config", "--set", "max_length=0").expect(2);
    assertTrue(value.err().contains("from 1 to 4096"), value.err());
    Result id = run("caption", "--set", "backend=llamacpp", SCENE).expect(2);
    assertTrue(id.err().contains("llamacpp-bytedeco"), id.err());
  }

  @Test
  void pluginsAreListedWithWhereTheyAreFromAndWhatTheyCan() throws Exception {
    Result result = run("plugins").expect(0);
    assertEquals("", result.err());
    for (String expected :
        List.of(
            "vision: opencv ",
            "backend: llamacpp-bytedeco ",
            "encoder: llamacpp-bytedeco ",
            "decoding: autoregressive ",
            "plugins/opencv",
            "feeds tokens one step at a time")) {
      assertTrue(result.out().contains(expected), expected + "\n" + result.out());
    }
    JsonNode json = MAPPER.readTree(run("plugins", "--json").expect(0).out());
    assertEquals(0, json.get("problems").size());
    assertTrue(json.get("plugins").size() >= 4, json::toString);
  }

  @Test
  void scoresAreCountedFromScenes() throws Exception {
    Result result =
        run("score", "--json", "--limit", "3", Program.SCENES.getParent().toString()).expect(0);
    JsonNode json = MAPPER.readTree(result.out());
    assertEquals(
        List.of("offtopic", "photo", "robust", "seen", "unseen"), json.findValuesAsText("folder"));
    for (JsonNode score : json) {
      assertEquals(3, score.get("pictures").asInt());
      assertTrue(score.at("/objects/n").asInt() >= 3, score::toString);
      assertTrue(score.at("/all_questions/n").asInt() >= 3, score::toString);
    }
    String table = run("score", "-q", "--limit", "1", Program.SCENES.toString()).expect(0).out();
    assertTrue(table.contains("objects named"), table);
    assertTrue(table.contains("all questions"), table);
  }

  @Test
  void nothingIsLeftInTheFolderForTemporaryFiles() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Program.edgevlm()
        .with("EDGEVLM_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary)
        .run("caption", SCENE)
        .expect(0);
    try (var left = Files.list(temporary)) {
      assertEquals(List.of(), left.toList());
    }
  }
}

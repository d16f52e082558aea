package org.edgevlm.app.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.edgevlm.app.json.Json;
import org.edgevlm.spi.EdgeVlmException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScorerTest {

  private static final String SCENES =
      """
      {"image":"0.jpg","caption":"a cat","objects":[["cat"],["red star"]],"questions":[\
      {"kind":"what","question":"What?","answers":["cat"]},\
      {"kind":"count","question":"How many?","answers":["two","2"]}]}

      {"image":"1.jpg","objects":[["owl"]],"questions":[\
      {"kind":"what","question":"What?","answers":["owl"]}]}
      """;

  @TempDir Path folder;

  /** Says the same of every picture. */
  private static Optional<Scorer.Reply> cat(Path image, Optional<Scene.Question> question) {
    return Optional.of(
        question.isEmpty()
            ? new Scorer.Reply("a cat and a star", 10)
            : new Scorer.Reply(question.get().question().equals("What?") ? "a cat" : "2", 20));
  }

  private static Scorer scorer(int limit) {
    return new Scorer(ScorerTest::cat, (name, done, total) -> {}, limit);
  }

  @Test
  void countsObjectsAndQuestionsByKind() throws IOException {
    Files.writeString(folder.resolve("scenes.jsonl"), SCENES);
    FolderScore score = scorer(Integer.MAX_VALUE).score(folder);
    assertEquals(2, score.pictures());
    assertEquals(new Share(1, 3), score.objects());
    assertEquals(new Share(1, 2), score.questions().get("what"));
    assertEquals(new Share(1, 1), score.questions().get("count"));
    assertEquals(new Share(2, 3), score.allQuestions());
    assertEquals(10, score.captionMillis());
    assertEquals(20, score.answerMillis());
    assertEquals(List.of("what", "count"), List.copyOf(score.questions().keySet()));
  }

  @Test
  void theLimitTakesTheFirstScenes() throws IOException {
    Files.writeString(folder.resolve("scenes.jsonl"), SCENES);
    FolderScore score = scorer(1).score(folder);
    assertEquals(1, score.pictures());
    assertEquals(new Share(1, 2), score.objects());
  }

  @Test
  void aPictureThatCannotBeUsedIsLeftOutAndSaid() throws IOException {
    Files.writeString(folder.resolve("scenes.jsonl"), SCENES);
    List<Integer> done = new ArrayList<>();
    Scorer scorer =
        new Scorer(
            (image, question) -> image.endsWith("0.jpg") ? Optional.empty() : cat(image, question),
            (name, now, total) -> done.add(now),
            Integer.MAX_VALUE);
    FolderScore score = scorer.score(folder);
    assertEquals(1, score.pictures());
    assertEquals(1, score.leftOut());
    assertEquals(new Share(0, 1), score.objects());
    assertEquals(new Share(0, 1), score.allQuestions());
    assertEquals(List.of(1, 2), done);
    assertTrue(score.toTable().contains("(1 pictures, 1 left out)"), score.toTable());
    var json = Json.object();
    score.writeTo(json);
    assertEquals(1, json.get("left_out").asInt());
  }

  @Test
  void tableAndJsonSayTheSame() throws IOException {
    Files.writeString(folder.resolve("scenes.jsonl"), SCENES);
    FolderScore score = scorer(Integer.MAX_VALUE).score(folder);
    String table = score.toTable();
    assertTrue(table.contains("objects named   33.3 % (6.1 to 79.2)"), table);
    var json = Json.object();
    score.writeTo(json);
    assertEquals(1, json.at("/objects/right").asInt());
    assertEquals(3, json.at("/objects/n").asInt());
    assertEquals(1, json.at("/questions/what/right").asInt());
    assertEquals(3, json.at("/all_questions/n").asInt());
  }

  @Test
  void subFoldersAreScoredApart() throws IOException {
    for (String name : List.of("unseen", "seen", "other")) {
      Files.createDirectory(folder.resolve(name));
    }
    Files.writeString(folder.resolve("seen/scenes.jsonl"), SCENES);
    Files.writeString(folder.resolve("unseen/scenes.jsonl"), SCENES);
    assertEquals(
        List.of(folder.resolve("seen"), folder.resolve("unseen")), Scorer.foldersIn(folder));
    assertEquals(List.of(folder.resolve("seen")), Scorer.foldersIn(folder.resolve("seen")));
  }

  @Test
  void aFolderWithoutScenesIsAnErrorThatSaysWhatIsMissing() {
    EdgeVlmException error =
        assertThrows(EdgeVlmException.class, () -> Scorer.foldersIn(folder.resolve("none")));
    assertTrue(error.getMessage().contains("scenes.jsonl"), error.getMessage());
  }

  @Test
  void aBrokenLineIsNamed() throws IOException {
    assertBroken("{\"image\":\"0.jpg\",\"objects\":[],\"questions\":[]}\n{", "line 2");
    assertBroken("{\"image\":7,\"objects\":[],\"questions\":[]}", "\"image\" must be a text");
    assertBroken("{\"image\":\"0.jpg\",\"questions\":[]}", "\"objects\" must be a list");
    assertBroken("\n\n", "no scenes");
  }

  private void assertBroken(String scenes, String expected) throws IOException {
    Files.writeString(folder.resolve("scenes.jsonl"), scenes);
    EdgeVlmException error = assertThrows(EdgeVlmException.class, () -> Scene.read(folder));
    assertTrue(error.getMessage().contains(expected), error.getMessage());
  }
}

package org.edgevlm.app.score;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.edgevlm.spi.EdgeVlmException;

/**
 * A picture and what is known about it.
 *
 * @param image the picture's file
 * @param caption a right caption
 * @param objects for each object in it, the names that are accepted
 * @param questions what can be asked about it
 */
public record Scene(
    Path image, String caption, List<List<String>> objects, List<Question> questions) {

  /** The file in a folder that lists its scenes, one JSON object a line. */
  public static final String FILE = "scenes.jsonl";

  /**
   * A question with its accepted answers.
   *
   * @param kind what it asks for, as in {@code where}
   */
  public record Question(String kind, String question, List<String> answers) {
    public Question {
      answers = List.copyOf(answers);
    }

    /** Whether an answer is one of those accepted, but for articles, case and final points. */
    public boolean isRight(String answer) {
      return AnswerMatch.isRight(answer, answers);
    }
  }

  public Scene {
    objects = objects.stream().map(List::copyOf).toList();
    questions = List.copyOf(questions);
  }

  /** The objects that a caption names, of all there are; one mention stands for one object. */
  public Share named(String given) {
    return new Share(ObjectMatch.count(given, objects), objects.size());
  }

  /**
   * Reads the scenes of a folder.
   *
   * @throws EdgeVlmException naming the file and line that isn't as it should be
   */
  public static List<Scene> read(Path folder) {
    Path file = folder.resolve(FILE);
    ObjectMapper mapper = new ObjectMapper();
    List<Scene> scenes = new ArrayList<>();
    int number = 0;
    try {
      for (String line : Files.readAllLines(file)) {
        number++;
        if (!line.isBlank()) {
          scenes.add(scene(folder, mapper.readTree(line)));
        }
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      String reason = e instanceof JsonProcessingException ? "not JSON" : e.getMessage();
      throw new EdgeVlmException(file + ", line " + number + ": " + reason, e);
    } catch (IOException e) {
      throw new EdgeVlmException("can't read " + file, e);
    }
    if (scenes.isEmpty()) {
      throw new EdgeVlmException(file + " has no scenes");
    }
    return scenes;
  }

  private static Scene scene(Path folder, JsonNode json) {
    List<List<String>> objects = new ArrayList<>();
    for (JsonNode names : required(json, "objects")) {
      objects.add(texts(names, "objects"));
    }
    List<Question> questions = new ArrayList<>();
    for (JsonNode question : required(json, "questions")) {
      questions.add(
          new Question(
              text(question, "kind"),
              text(question, "question"),
              texts(required(question, "answers"), "answers")));
    }
    String image = text(json, "image");
    return new Scene(folder.resolve(image), json.path("caption").asText(), objects, questions);
  }

  private static JsonNode required(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isArray()) {
      throw new IllegalArgumentException("\"" + field + "\" must be a list");
    }
    return value;
  }

  private static String text(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isTextual()) {
      throw new IllegalArgumentException("\"" + field + "\" must be a text");
    }
    return value.asText();
  }

  private static List<String> texts(JsonNode list, String field) {
    List<String> texts = new ArrayList<>();
    for (JsonNode item : list) {
      texts.add(item.asText());
    }
    if (texts.isEmpty()) {
      throw new IllegalArgumentException("\"" + field + "\" has an entry without a text");
    }
    return texts;
  }
}

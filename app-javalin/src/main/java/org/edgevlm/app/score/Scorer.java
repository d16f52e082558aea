package org.edgevlm.app.score;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.edgevlm.spi.EdgeVlmException;

/** Asks a model about every scene of a folder and counts what it gets right. */
public final class Scorer {

  /** Whatever answers: the assembled set of plugins, as the program runs it. */
  @FunctionalInterface
  public interface Respondent {
    /**
     * A caption, or the answer to a question.
     *
     * @param image the picture's file
     * @param question empty for a caption
     * @return empty if the picture can't be used, which the respondent has told the user
     */
    Optional<Reply> reply(Path image, Optional<Scene.Question> question);
  }

  /**
   * What was said, and how long it took.
   *
   * @param text the caption or answer
   * @param millis the whole request
   */
  public record Reply(String text, double millis) {}

  /** Told after each picture. */
  @FunctionalInterface
  public interface Progress {
    /** So many pictures of the folder are done. */
    void update(String folder, int done, int total);
  }

  private final Respondent respondent;
  private final Progress progress;
  private final int limit;

  /**
   * A scorer for one respondent.
   *
   * @param limit how many scenes of a folder to use, from the first
   */
  public Scorer(Respondent respondent, Progress progress, int limit) {
    this.respondent = respondent;
    this.progress = progress;
    this.limit = limit;
  }

  /**
   * The folders below that hold scenes: the folder itself, or else its immediate sub-folders in the
   * order of their names.
   *
   * @throws EdgeVlmException if there are none
   */
  public static List<Path> foldersIn(Path folder) {
    if (Files.isRegularFile(folder.resolve(Scene.FILE))) {
      return List.of(folder);
    }
    if (Files.isDirectory(folder)) {
      try (Stream<Path> entries = Files.list(folder)) {
        List<Path> found =
            entries
                .filter(entry -> Files.isRegularFile(entry.resolve(Scene.FILE)))
                .sorted()
                .toList();
        if (!found.isEmpty()) {
          return found;
        }
      } catch (IOException e) {
        throw new EdgeVlmException("can't list " + folder, e);
      }
    }
    throw new EdgeVlmException(
        folder + " has no scenes: it needs a " + Scene.FILE + ", or sub-folders that have one");
  }

  /** Scores the scenes of one folder; those whose picture can't be used are left out. */
  public FolderScore score(Path folder) {
    List<Scene> scenes = Scene.read(folder);
    scenes = scenes.subList(0, Math.min(limit, scenes.size()));
    String name = folder.toAbsolutePath().normalize().getFileName().toString();
    Share objects = Share.NONE;
    Map<String, Share> questions = new LinkedHashMap<>();
    List<Double> captionMillis = new ArrayList<>();
    List<Double> answerMillis = new ArrayList<>();
    int leftOut = 0;
    for (Scene scene : scenes) {
      Optional<Reply> caption = respondent.reply(scene.image(), Optional.empty());
      if (caption.isPresent()) {
        captionMillis.add(caption.get().millis());
        objects = objects.plus(scene.named(caption.get().text()));
        for (Scene.Question question : scene.questions()) {
          Optional<Reply> answer = respondent.reply(scene.image(), Optional.of(question));
          if (answer.isPresent()) {
            answerMillis.add(answer.get().millis());
            boolean right = question.isRight(answer.get().text());
            questions.merge(question.kind(), Share.NONE.plus(right), Share::plus);
          }
        }
      } else {
        leftOut++;
      }
      progress.update(name, captionMillis.size() + leftOut, scenes.size());
    }
    return new FolderScore(
        name,
        captionMillis.size(),
        leftOut,
        objects,
        questions,
        mean(captionMillis),
        mean(answerMillis));
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }
}

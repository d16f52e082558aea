package org.edgevlm.app.score;

import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Answers without looking: for every kind of question the one answer that is right most often, and
 * the one caption that names most objects. Both are chosen from the very scenes that are scored, so
 * nobody who gives one answer a kind does better.
 */
public final class FrequentAnswers implements Scorer.Respondent {

  private final Map<String, String> answers = new HashMap<>();
  private final String caption;

  /**
   * Looks up what is right most often.
   *
   * @param scenes those that will be scored
   */
  public FrequentAnswers(List<Scene> scenes) {
    Map<String, Map<String, Integer>> counts = new HashMap<>();
    for (Scene scene : scenes) {
      for (Scene.Question question : scene.questions()) {
        Map<String, Integer> ofKind =
            counts.computeIfAbsent(question.kind(), kind -> new LinkedHashMap<>());
        question.answers().stream()
            .map(AnswerMatch::normalise)
            .distinct()
            .forEach(answer -> ofKind.merge(answer, 1, Integer::sum));
      }
    }
    counts.forEach(
        (kind, ofKind) ->
            answers.put(
                kind, Collections.max(ofKind.entrySet(), Map.Entry.comparingByValue()).getKey()));
    caption =
        scenes.stream()
            .map(Scene::caption)
            .distinct()
            .max((one, other) -> Integer.compare(named(one, scenes), named(other, scenes)))
            .orElse("");
  }

  private static int named(String caption, List<Scene> scenes) {
    return scenes.stream().mapToInt(scene -> scene.named(caption).right()).sum();
  }

  @Override
  public Optional<Scorer.Reply> reply(Path image, Optional<Scene.Question> question) {
    String text = question.map(asked -> answers.getOrDefault(asked.kind(), "")).orElse(caption);
    return Optional.of(new Scorer.Reply(text, 0));
  }
}

package org.edgevlm.app.score;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How a model did on the scenes of one folder.
 *
 * @param folder its name
 * @param pictures how many were scored
 * @param leftOut how many others couldn't be used
 * @param objects those that captions named
 * @param questions those answered right, by kind, in the order they first appear
 * @param captionMillis milliseconds a caption, on average
 * @param answerMillis milliseconds an answer, on average
 */
public record FolderScore(
    String folder,
    int pictures,
    int leftOut,
    Share objects,
    Map<String, Share> questions,
    double captionMillis,
    double answerMillis) {

  public FolderScore {
    questions = Collections.unmodifiableMap(new LinkedHashMap<>(questions));
  }

  /** Questions of all kinds together. */
  public Share allQuestions() {
    return questions.values().stream().reduce(Share.NONE, Share::plus);
  }

  /** The table that people read. */
  public String toTable() {
    StringBuilder table = new StringBuilder();
    table.append(folder).append(" (").append(pictures).append(" pictures");
    table.append(leftOut == 0 ? "" : ", " + leftOut + " left out").append(")\n");
    row(table, "", "right (95 % interval)", "n");
    row(table, "objects named", objects);
    questions.forEach((kind, share) -> row(table, kind, share));
    row(table, "all questions", allQuestions());
    table.append(
        String.format(
            Locale.ROOT, "  %.0f ms a caption, %.0f ms an answer%n", captionMillis, answerMillis));
    return table.toString();
  }

  private static void row(StringBuilder table, String name, Share share) {
    row(table, name, share.toString(), Integer.toString(share.total()));
  }

  private static void row(StringBuilder table, String name, String share, String count) {
    table.append(String.format(Locale.ROOT, "  %-14s  %-24s %6s%n", name, share, count));
  }

  /** The same for programs. */
  public void writeTo(ObjectNode json) {
    json.put("folder", folder);
    json.put("pictures", pictures);
    json.put("left_out", leftOut);
    write(json.putObject("objects"), objects);
    ObjectNode kinds = json.putObject("questions");
    questions.forEach((kind, share) -> write(kinds.putObject(kind), share));
    write(json.putObject("all_questions"), allQuestions());
    json.put("caption_ms", captionMillis);
    json.put("answer_ms", answerMillis);
  }

  private static void write(ObjectNode json, Share share) {
    json.put("right", share.right());
    json.put("n", share.total());
    json.put("share", share.value());
    json.put("low", share.low());
    json.put("high", share.high());
  }
}

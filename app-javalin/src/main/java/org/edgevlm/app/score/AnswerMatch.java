package org.edgevlm.app.score;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Compares a short answer with the accepted ones: both in lower case, without punctuation at the
 * end and without an article in front.
 */
final class AnswerMatch {

  private static final Pattern ARTICLE = Pattern.compile("^(?:a|an|the)\\s+");
  private static final Pattern END = Pattern.compile("[\\p{Punct}\\s]+$");
  private static final Pattern SPACES = Pattern.compile("\\s+");

  private AnswerMatch() {}

  /** Whether the answer equals one of the accepted ones. */
  static boolean isRight(String answer, List<String> accepted) {
    String given = normalise(answer);
    return accepted.stream().anyMatch(right -> normalise(right).equals(given));
  }

  /** The form in which answers are compared. */
  static String normalise(String answer) {
    String text = SPACES.matcher(answer.strip().toLowerCase(Locale.ROOT)).replaceAll(" ");
    text = END.matcher(text).replaceAll("");
    return ARTICLE.matcher(text).replaceFirst("");
  }
}

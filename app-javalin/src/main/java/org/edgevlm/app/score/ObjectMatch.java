package org.edgevlm.app.score;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Counts the objects that a caption names.
 *
 * <p>An object is named where one of its accepted names stands in the caption as whole words, in
 * upper or lower case. One mention stands for one object only: two apples need the word twice. Of
 * the ways to assign mentions to objects, the one that names most counts.
 */
final class ObjectMatch {

  private record Mention(int start, int end) {
    boolean overlaps(Mention other) {
      return start < other.end && other.start < end;
    }
  }

  private final List<List<Mention>> candidates = new ArrayList<>();

  private ObjectMatch(String caption, List<List<String>> objects) {
    String text = caption.toLowerCase(Locale.ROOT);
    for (List<String> names : objects) {
      List<Mention> mentions = new ArrayList<>();
      for (String name : names) {
        addMentions(text, name.toLowerCase(Locale.ROOT).strip(), mentions);
      }
      candidates.add(mentions);
    }
  }

  /**
   * How many of the objects a caption names.
   *
   * @param objects for each object the names that are accepted for it
   */
  static int count(String caption, List<List<String>> objects) {
    return new ObjectMatch(caption, objects).best(0, new ArrayList<>());
  }

  private static void addMentions(String text, String name, List<Mention> found) {
    if (name.isEmpty()) {
      return;
    }
    for (int at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
      int end = at + name.length();
      boolean wholeStart = at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1));
      boolean wholeEnd = end == text.length() || !Character.isLetterOrDigit(text.charAt(end));
      if (wholeStart && wholeEnd) {
        found.add(new Mention(at, end));
      }
    }
  }

  // Scenes have a handful of objects and captions a handful of mentions: trying all is quick.
  private int best(int index, List<Mention> used) {
    if (index == candidates.size()) {
      return 0;
    }
    int without = best(index + 1, used);
    int upperBound = candidates.size() - index;
    if (without == upperBound) {
      return without;
    }
    int best = without;
    for (Mention mention : candidates.get(index)) {
      if (used.stream().noneMatch(mention::overlaps)) {
        used.add(mention);
        best = Math.max(best, 1 + best(index + 1, used));
        used.remove(used.size() - 1);
        if (best == upperBound) {
          break;
        }
      }
    }
    return best;
  }
}

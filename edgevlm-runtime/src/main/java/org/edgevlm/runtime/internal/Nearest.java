package org.edgevlm.runtime.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds what a mistyped name was probably meant to be. */
public final class Nearest {

  private Nearest() {}

  /**
   * The names ordered by their distance from what was typed, then alphabetically. One that begins
   * with what was typed is never far.
   */
  public static List<String> order(String typed, Collection<String> names) {
    return names.stream()
        .distinct()
        .sorted(
            Comparator.<String>comparingInt(name -> rank(typed, name))
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  private static int rank(String typed, String name) {
    int distance = distance(typed, name);
    boolean begins = typed.length() >= 3 && fold(name).startsWith(fold(typed));
    return begins ? Math.min(distance, 2) : distance;
  }

  /**
   * Insertions, deletions, substitutions and swaps of neighbours that turn one text into the other
   * (optimal string alignment); case doesn't count, and neither does {@code -} for {@code _}.
   */
  public static int distance(String a, String b) {
    String s = fold(a);
    String t = fold(b);
    int[][] d = new int[s.length() + 1][t.length() + 1];
    for (int i = 0; i <= s.length(); i++) {
      d[i][0] = i;
    }
    for (int j = 0; j <= t.length(); j++) {
      d[0][j] = j;
    }
    for (int i = 1; i <= s.length(); i++) {
      for (int j = 1; j <= t.length(); j++) {
        int substitution = d[i - 1][j - 1] + (s.charAt(i - 1) == t.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(substitution, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        if (i > 1
            && j > 1
            && s.charAt(i - 1) == t.charAt(j - 2)
            && s.charAt(i - 2) == t.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[s.length()][t.length()];
  }

  private static String fold(String text) {
    return text.toLowerCase(Locale.ROOT).replace('-', '_');
  }
}

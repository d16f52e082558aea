package org.edgevlm.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopTextsTest {

  /** Feeds pieces and gives what came out, held-back text at the end included. */
  private static String heard(List<String> stops, List<String> pieces) {
    StopTexts texts = new StopTexts(stops);
    StringBuilder heard = new StringBuilder();
    for (String piece : pieces) {
      heard.append(texts.append(piece));
    }
    heard.append(texts.finish());
    assertEquals(heard.toString(), texts.cut(String.join("", pieces)));
    return heard.toString();
  }

  @Test
  void aTextOverSeveralPiecesEndsTheAnswerAndIsNotHeard() {
    assertEquals("a bird", heard(List.of(" on a"), List.of("a bi", "rd ", "on", " a branch", "!")));
    assertEquals("a bird on a branch!", heard(List.of("on b"), List.of("a bird on", " a branch!")));
    assertEquals("", heard(List.of("a"), List.of("a")));
  }

  @Test
  void whatBeganAStopTextAndDidNotBecomeOneIsHeardInTheEnd() {
    StopTexts texts = new StopTexts(List.of("abab!"));
    assertEquals("x", texts.append("xabab"));
    assertEquals("ab", texts.append("ab"));
    assertEquals("", texts.append(""));
    assertFalse(texts.met());
    assertEquals("abab", texts.finish());
    assertEquals("xababab", texts.cut("xababab"));
  }

  @Test
  void theFirstToBeCompleteCountsAndOfTwoTheLonger() {
    assertEquals("a", heard(List.of("abc", "b"), List.of("abc")));
    assertEquals("a", heard(List.of("abc", "b"), List.of("a", "b", "c")));
    assertEquals("x", heard(List.of("b", "ab"), List.of("xab")));
  }

  @Test
  void nothingFollowsAStopText() {
    StopTexts texts = new StopTexts(List.of("."));
    assertEquals("one", texts.append("one. two"));
    assertTrue(texts.met());
    assertEquals("", texts.append(" three"));
    assertEquals("", texts.finish());
  }

  /** Against the plain way: character by character, look whether the text ends with a stop text. */
  @Test
  void howTheTextWasCutIntoPiecesDoesNotMatter() {
    Random random = new Random(11);
    int met = 0;
    for (int round = 0; round < 20_000; round++) {
      String text = word(random, 12);
      List<String> stops = new ArrayList<>();
      for (int i = random.nextInt(4); i >= 0; i--) {
        stops.add(word(random, 4));
      }
      List<String> pieces = new ArrayList<>();
      for (int from = 0; from < text.length(); ) {
        int to = Math.min(text.length(), from + random.nextInt(4));
        pieces.add(text.substring(from, to));
        from = to;
      }
      String plain = plain(text, stops);
      met += plain.length() < text.length() ? 1 : 0;
      assertEquals(plain, heard(stops, pieces), () -> stops + " in " + pieces);
    }
    assertTrue(met > 2000 && met < 19_000, "rounds with a stop text: " + met);
  }

  private static String plain(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      int longest = 0;
      for (String stop : stops) {
        if (text.substring(0, end).endsWith(stop)) {
          longest = Math.max(longest, stop.length());
        }
      }
      if (longest > 0) {
        return text.substring(0, end - longest);
      }
    }
    return text;
  }

  private static String word(Random random, int most) {
    StringBuilder word = new StringBuilder();
    for (int i = random.nextInt(most); i >= 0; i--) {
      word.append((char) ('a' + random.nextInt(3)));
    }
    return word.toString();
  }
}

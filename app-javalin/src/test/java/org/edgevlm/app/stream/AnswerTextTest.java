package org.edgevlm.app.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.PluginNames;
import org.edgevlm.runtime.Timings;
import org.edgevlm.spi.decoding.FinishReason;
import org.junit.jupiter.api.Test;

class AnswerTextTest {

  private static Answer answer(String text) {
    return new Answer(
        text,
        1,
        1,
        FinishReason.STOP,
        new Timings(0, 0, 0, 0, 0, 0),
        new PluginNames("b", "e", "v", List.of(), "d", "m"),
        Map.of(),
        List.of(),
        List.of());
  }

  @Test
  void whiteSpaceIsShownBetweenWordsOnly() {
    AnswerText text = new AnswerText();
    assertEquals("", text.add(" \n"));
    assertEquals("a", text.add(" a "));
    assertEquals("", text.add("\n"));
    assertEquals(" \nb", text.add("b"));
    assertEquals("", text.add("  "));
    assertEquals("", text.rest(answer("a \nb")));
  }

  @Test
  void whatTheEndBroughtComesLast() {
    AnswerText text = new AnswerText();
    assertEquals("a", text.add("a "));
    assertEquals(" \ufffd", text.rest(answer("a \ufffd")));
    assertEquals("all", new AnswerText().rest(answer("all")));
  }

  @Test
  void piecesOfAnotherTextAreAnError() {
    AnswerText text = new AnswerText();
    text.add("b");
    assertThrows(IllegalStateException.class, () -> text.rest(answer("a")));
  }

  @Test
  void thePiecesAreTheAnswerHoweverItWasCut() {
    Random random = new Random(5);
    for (int round = 0; round < 2000; round++) {
      StringBuilder all = new StringBuilder();
      StringBuilder shown = new StringBuilder();
      AnswerText text = new AnswerText();
      for (int i = random.nextInt(8); i >= 0; i--) {
        StringBuilder piece = new StringBuilder();
        for (int k = random.nextInt(4); k >= 0; k--) {
          piece.append(" \nab".charAt(random.nextInt(4)));
        }
        all.append(piece);
        shown.append(text.add(piece.toString()));
      }
      shown.append(text.rest(answer(all.toString().strip())));
      assertEquals(all.toString().strip(), shown.toString());
    }
  }
}

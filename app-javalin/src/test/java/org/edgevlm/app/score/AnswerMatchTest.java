package org.edgevlm.app.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerMatchTest {

  @Test
  void caseArticleAndPunctuationAtTheEndDoNotMatter() {
    assertEquals("red star", AnswerMatch.normalise(" The Red  star. "));
    assertEquals("anchor", AnswerMatch.normalise("An anchor!"));
    assertEquals("yes", AnswerMatch.normalise("Yes..."));
  }

  @Test
  void anArticleIsAWordOfItsOwn() {
    assertEquals("apple", AnswerMatch.normalise("apple"));
    assertEquals("theatre", AnswerMatch.normalise("theatre"));
    assertEquals("a", AnswerMatch.normalise("a"));
  }

  @Test
  void acceptedAnswersAreReadInTheSameWay() {
    assertTrue(AnswerMatch.isRight("At the bottom left.", List.of("left", "at the bottom left")));
    assertTrue(AnswerMatch.isRight("pink heart", List.of("A pink heart")));
  }

  @Test
  void partOfAnAnswerIsNotTheAnswer() {
    assertFalse(AnswerMatch.isRight("left", List.of("bottom left")));
    assertFalse(AnswerMatch.isRight("a pink heart and a cake", List.of("pink heart")));
    assertFalse(AnswerMatch.isRight("", List.of("no")));
  }
}

package org.edgevlm.app.score;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ObjectMatchTest {

  private static int count(String caption, List<List<String>> objects) {
    return ObjectMatch.count(caption, objects);
  }

  @Test
  void anyAcceptedNameCounts() {
    List<List<String>> objects = List.of(List.of("watermelon", "melon"), List.of("cake"));
    assertEquals(2, count("a melon on the left and a cake on the right.", objects));
    assertEquals(1, count("a watermelon in the centre.", objects));
    assertEquals(0, count("a dog.", objects));
  }

  @Test
  void caseDoesNotMatter() {
    assertEquals(1, count("A Red Star.", List.of(List.of("red star"))));
  }

  @Test
  void onlyWholeWordsCount() {
    assertEquals(0, count("a carpet and a scar", List.of(List.of("car"))));
    assertEquals(0, count("two cats", List.of(List.of("cat"))));
    assertEquals(1, count("(car)", List.of(List.of("car"))));
  }

  @Test
  void twoOfAKindNeedTwoMentions() {
    List<List<String>> twins = List.of(List.of("apple"), List.of("apple"));
    assertEquals(1, count("an apple on the left", twins));
    assertEquals(2, count("an apple on the left and an apple on the right", twins));
  }

  @Test
  void aMentionInsideAnotherIsTheSameMention() {
    List<List<String>> objects = List.of(List.of("red star"), List.of("star"));
    assertEquals(1, count("a red star", objects));
    assertEquals(2, count("a star and a red star", objects));
  }

  @Test
  void mentionsAreSharedOutSoThatMostObjectsGetOne() {
    // The first object could take either mention, the second only one of them.
    List<List<String>> objects = List.of(List.of("ball", "circle"), List.of("ball"));
    assertEquals(2, count("a ball and a circle", objects));
    assertEquals(2, count("a circle and a ball", objects));
  }

  @Test
  void namesWithSpacesAtTheirEndsOrWithoutTextAreHarmless() {
    assertEquals(1, count("an owl", List.of(List.of(" owl "), List.of(" "))));
  }
}

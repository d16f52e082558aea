package org.edgevlm.plugin.speculative;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What followed. */
class NgramTableTest {

  private final NgramTable table = new NgramTable(4);
  private final NgramTable.Found found = new NgramTable.Found();

  private void learn(int... text) {
    for (int i = 0; i < text.length; i++) {
      table.add(text, i);
    }
  }

  private int find(int... text) {
    assertTrue(table.find(text, text.length, 0, found));
    return found.token();
  }

  @Test
  void theLongestContextDecides() {
    learn(1, 2, 3, 4);
    learn(9, 2, 3, 5);
    learn(9, 2, 3, 5);
    assertEquals(4, find(1, 2, 3));
    assertEquals(3, found.context());
    assertEquals(5, find(7, 2, 3));
    assertEquals(2, found.context());
  }

  @Test
  void strengthTellsOnceFromAlwaysFromSometimes() {
    learn(1, 2, 3);
    find(1, 2);
    assertEquals(0, found.strength());
    learn(1, 2, 3);
    find(1, 2);
    assertEquals(2, found.strength());
    learn(1, 2, 4);
    assertEquals(3, find(1, 2));
    assertEquals(1, found.strength());
  }

  @Test
  void theMajorityMayChange() {
    learn(1, 2, 3);
    learn(1, 2, 4);
    learn(1, 2, 4);
    assertEquals(4, find(1, 2));
  }

  @Test
  void unknownContextsGiveNothing() {
    learn(1, 2, 3);
    assertFalse(table.find(new int[] {2, 1}, 2, 0, found));
    assertFalse(table.find(new int[] {2}, 1, 0, found));
    assertFalse(table.find(new int[] {1, 2}, 2, 3, found), "too short a context");
  }

  @Test
  void itGrows() {
    for (int i = 0; i < 5_000; i++) {
      learn(i, i + 1, i + 2);
    }
    for (int i = 0; i < 5_000; i++) {
      assertEquals(i + 2, find(i, i + 1));
    }
  }
}

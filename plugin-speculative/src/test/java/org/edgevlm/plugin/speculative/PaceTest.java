package org.edgevlm.plugin.speculative;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The length of drafts by costs and acceptance. */
class PaceTest {

  private static final int CAPACITY = 6;

  private final AcceptanceTable acceptance = new AcceptanceTable(2);
  private final RunningMedian price = new RunningMedian();

  private Draft draft(double perRow, int levelZero, int levelOne) {
    double[] micros = new double[CAPACITY + 1];
    for (int i = 0; i < micros.length; i++) {
      micros[i] = 100 * (1 + i * perRow);
    }
    Pace pace = new Pace.Adaptive(new StepCosts(100, price, micros, CAPACITY + 1, 0), acceptance);
    Draft draft = new Draft(pace, CAPACITY, 8, false);
    draft.begin(0, CAPACITY);
    for (int i = 0; i < levelZero; i++) {
      draft.add(1, 0);
    }
    for (int i = 0; i < levelOne; i++) {
      draft.add(2, 1);
    }
    draft.truncate(pace.best(draft));
    return draft;
  }

  private void learn(int level, int accepted, int rejected) {
    for (int i = 0; i < accepted; i++) {
      acceptance.observe(level, true);
    }
    for (int i = 0; i < rejected; i++) {
      acceptance.observe(level, false);
    }
  }

  @Test
  void aFreeVerificationTakesEverything() {
    learn(0, 50, 50);
    assertEquals(6, draft(0.001, 6, 0).length());
  }

  @Test
  void aVerificationThatCostsAsMuchAsSingleStepsTakesNothing() {
    learn(0, 90, 10);
    assertEquals(0, draft(1, 6, 0).length());
  }

  @Test
  void tokensOfABadLevelAreCutOff() {
    learn(0, 95, 5);
    learn(1, 5, 95);
    assertEquals(3, draft(0.4, 3, 3).length());
  }

  @Test
  void draftingStopsWhereTheNextTokenCostsMoreThanItBrings() {
    learn(0, 60, 40);
    price.add(10);
    assertTrue(draft(0.1, 1, 0).wantsMore());
    for (int i = 0; i < 200; i++) {
      price.add(70);
    }
    assertFalse(draft(0.1, 1, 0).wantsMore());
  }

  @Test
  void whatWasGivenUpIsTriedAgainAfterAWhile() {
    learn(0, 0, 20);
    assertEquals(0, draft(0.4, 3, 0).length());
    acceptance.forget(10_000);
    assertEquals(3, draft(0.4, 3, 0).length());
  }
}

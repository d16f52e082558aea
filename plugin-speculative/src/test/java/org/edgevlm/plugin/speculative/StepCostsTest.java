package org.edgevlm.plugin.speculative;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What is believed of a step's time while the machine's pace and the model's costs change. */
class StepCostsTest {

  private static final double CLOSE = 0.1;

  private final StepCosts costs = new StepCosts(new double[] {100, 160, 200}, 3, 0);

  @Test
  void whatMakesLongStepsSlowerMakesSingleOnesSlowerToo() {
    for (int i = 0; i < 200; i++) {
      costs.observe(3, 600);
    }
    assertEquals(600, costs.micros(3), 600 * CLOSE);
    assertEquals(2, costs.ratio(3), 2 * 3 * CLOSE);
    for (int i = 0; i < 200; i++) {
      costs.observe(3, 50);
    }
    assertEquals(50, costs.micros(3), 50 * CLOSE);
  }

  @Test
  void aFewSingleStepsPutAWrongRatioRight() {
    for (int i = 0; i < 40; i++) {
      for (int round = 0; round < 12; round++) {
        costs.observe(3, 400);
      }
      costs.observe(1, 100);
    }
    assertEquals(4, costs.ratio(3), 4 * CLOSE);
  }

  @Test
  void oneInterruptionChangesLittle() {
    costs.observe(1, 100_000);
    assertEquals(100, costs.micros(1), 100 * CLOSE);
    assertEquals(2, costs.ratio(3), 2 * CLOSE);
  }
}

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
    assertEquals(300, costs.micros(), 300 * CLOSE);
    assertEquals(2, costs.ratio(3), 2 * 3 * CLOSE);
    for (int i = 0; i < 200; i++) {
      costs.observe(3, 50);
    }
    assertEquals(25, costs.micros(), 25 * CLOSE);
  }

  @Test
  void aFewSingleStepsPutAWrongRatioRight() {
    for (int i = 0; i < 40; i++) {
      for (int round = 0; round < 12; round++) {
        costs.observe(3, 400);
      }
      costs.observe(100);
    }
    assertEquals(4, costs.ratio(3), 4 * CLOSE);
  }

  @Test
  void oneInterruptionChangesLittle() {
    costs.observe(100_000);
    assertEquals(100, costs.micros(), 100 * CLOSE);
    assertEquals(2, costs.ratio(3), 2 * CLOSE);
  }

  @Test
  void whereVerifyingGoesOnFromTheDraftOneTokenIsLessThanAStep() {
    StepCosts further = new StepCosts(100, new RunningMedian(), new double[] {60, 90, 120}, 3, 0);
    assertEquals(0.6, further.ratio(1), 1e-9);
    assertEquals(1.2, further.ratio(3), 1e-9);
    for (int i = 0; i < 40; i++) {
      further.observe(1, 80);
      further.observe(100);
    }
    assertEquals(100, further.micros(), 100 * CLOSE);
    assertEquals(0.8, further.ratio(1), 0.8 * CLOSE);
  }
}

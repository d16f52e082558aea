package org.edgevlm.plugin.speculative;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What losing may cost. */
class LedgerTest {

  /** Steps that so many tokens take where every round loses; a setup is paid for each try. */
  private static double steps(Ledger ledger, int tokens, double loss, double setup, int[] tries) {
    double steps = 0;
    boolean open = false;
    for (int i = 0; i < tokens; i++) {
      if (!ledger.isOn()) {
        open = false;
        ledger.plain();
        steps++;
        continue;
      }
      if (!open) {
        open = true;
        tries[0]++;
        steps += setup;
        ledger.setup(setup);
        ledger.settle(-setup);
      }
      ledger.settle(-loss);
      steps += 1 + loss;
    }
    return steps;
  }

  @Test
  void whatNeverPaysCostsUnderThreePerCentAndIsTriedAgain() {
    int tokens = 20_000;
    int[] tries = new int[1];
    double steps = steps(new Ledger(), tokens, 0.8, 10, tries);
    assertTrue(tokens / steps >= 0.97, "speed " + tokens / steps);
    assertTrue(tries[0] >= 3, tries[0] + " tries");
  }

  @Test
  void aDrafterThatCostsMoreThanItsRoundsWinIsDroppedToo() {
    Ledger ledger = new Ledger();
    int switches = 0;
    for (int answer = 0; answer < 20; answer++) {
      switches += ledger.settle(-10) ? 1 : 0;
      switches += ledger.settle(4) ? 1 : 0;
    }
    assertEquals(1, switches);
  }

  @Test
  void whatPaysStaysOn() {
    Ledger ledger = new Ledger();
    for (int i = 0; i < 1000; i++) {
      ledger.settle(i % 3 == 0 ? -0.5 : 0.6);
      assertTrue(ledger.isOn());
    }
  }
}

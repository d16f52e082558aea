package org.edgevlm.plugin.earlyexit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.edgevlm.spi.inference.Confidence;
import org.junit.jupiter.api.Test;

class ExitGateTest {

  private record Sure(float max, float margin, float entropy) implements Confidence {}

  private static boolean exits(Certainty certainty, double threshold, Sure sure) {
    return new ExitGate(certainty, threshold, 1024).exit(8, sure);
  }

  @Test
  void eachMeasureIsComparedWithTheThreshold() {
    Sure sure = new Sure(0.92f, 0.85f, 0.35f);
    assertTrue(exits(Certainty.MAX, 0.9, sure));
    assertFalse(exits(Certainty.MAX, 0.93, sure));
    assertTrue(exits(Certainty.MARGIN, 0.84, sure));
    assertFalse(exits(Certainty.MARGIN, 0.9, sure));
    // 1 - 0.35 / ln 1024 = 0.9495
    assertTrue(exits(Certainty.ENTROPY, 0.949, sure));
    assertFalse(exits(Certainty.ENTROPY, 0.950, sure));
  }

  @Test
  void aGuessAmongAllTokensHasNoCertainty() {
    Sure guess = new Sure(1 / 1024f, 0, (float) Math.log(1024));
    assertEquals(0, Certainty.ENTROPY.of(guess, Math.log(1024)), 1e-6);
  }

  @Test
  void aClosedGateLetsNothingOut() {
    ExitGate gate = new ExitGate(Certainty.MAX, 0.5, 1024);
    Sure sure = new Sure(1, 1, 0);
    assertTrue(gate.exit(8, sure));
    gate.open(false);
    assertFalse(gate.exit(8, sure));
    gate.open(true);
    assertTrue(gate.exit(8, sure));
  }

  @Test
  void usersAreWarnedOfDisagreementOnceThereIsEnoughOfIt() {
    Agreement agreement = new Agreement();
    for (int i = 0; i < 19; i++) {
      agreement.add(i > 0);
    }
    assertFalse(agreement.isKnown());
    assertTrue(agreement.warning().isEmpty());
    agreement.add(true);
    assertTrue(agreement.isKnown());
    assertTrue(agreement.warning().orElseThrow().contains("of 20 tokens"));
    assertTrue(agreement.warning().orElseThrow().contains("19 (95 %)"));
    for (int i = 0; i < 100; i++) {
      agreement.add(true);
    }
    assertTrue(agreement.warning().isEmpty());
  }
}

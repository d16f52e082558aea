package org.edgevlm.app.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ShareTest {

  /** Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I. */
  @Test
  void intervalsAreThoseOfThePublishedTable() {
    assertInterval(new Share(81, 263), 0.2553, 0.3662);
    assertInterval(new Share(15, 148), 0.0624, 0.1605);
    assertInterval(new Share(0, 20), 0.0000, 0.1611);
    assertInterval(new Share(1, 29), 0.0061, 0.1718);
  }

  private static void assertInterval(Share share, double low, double high) {
    assertEquals(low, share.low(), 5e-5);
    assertEquals(high, share.high(), 5e-5);
  }

  @Test
  void allRightReachesOne() {
    assertEquals(1, new Share(20, 20).high(), 1e-12);
    assertEquals(0.8389, new Share(20, 20).low(), 5e-5);
  }

  @Test
  void nothingCountedSaysNothing() {
    assertEquals(0, Share.NONE.value());
    assertEquals(0, Share.NONE.low());
    assertEquals(1, Share.NONE.high());
    assertEquals("-", Share.NONE.toString());
  }

  @Test
  void countsAddUp() {
    Share share = Share.NONE.plus(true).plus(false).plus(new Share(2, 4));
    assertEquals(new Share(3, 6), share);
    assertEquals("50.0 % (18.8 to 81.2)", share.toString());
  }

  @Test
  void moreRightThanCountedIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Share(2, 1));
  }
}

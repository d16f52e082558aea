package org.edgevlm.plugin.speculative;

/**
 * Time that speculation has won, in single steps. It may lose what it won before and half a per
 * cent of what plain decoding takes besides; when that is used up it is switched off until there is
 * enough for another try. Shared by a strategy's answers and safe for use by several threads.
 */
final class Ledger {

  /** What a new strategy may lose to find out whether it pays. */
  private static final double CREDIT = 8;

  /** What is saved up for bad times. */
  private static final double MOST = 48;

  /** What plain decoding gives, of a step. */
  private static final double ALLOWANCE = 0.005;

  /** What another try needs. */
  private static final double RETRY = 8;

  private double balance = CREDIT;
  private boolean off;
  private double retry = RETRY;

  /** Whether speculation is on. */
  synchronized boolean isOn() {
    return !off;
  }

  /** A single step was made. While speculation is on, thinking of a draft has its price. */
  synchronized void plain() {
    if (off) {
      change(ALLOWANCE);
    }
  }

  /**
   * A round ended, or a drafter was made.
   *
   * @param steps single steps that it saved; negative where it cost more than it brought
   * @return whether that switched speculation off
   */
  synchronized boolean settle(double steps) {
    return change(steps);
  }

  /** Says what making a drafter takes, which another try must be able to pay. */
  synchronized void setup(double steps) {
    retry = RETRY + steps;
  }

  private boolean change(double steps) {
    balance = Math.min(MOST, balance + steps);
    if (off) {
      off = balance < retry;
      return false;
    }
    off = balance <= 0;
    return off;
  }
}

package org.edgevlm.plugin.speculative;

/**
 * What share of drafted tokens was accepted, by the drafter's level of confidence. Begins
 * optimistic, and drifts back there with time, so that what was given up is tried again. Safe for
 * use by several threads at a time.
 */
final class AcceptanceTable {

  private static final double PRIOR = 0.95;
  private static final double PRIOR_WEIGHT = 3;

  /** Tokens after which what was seen counts half is about 0.7 divided by this. */
  private static final double FORGETTING = 1.0 / 2048;

  private final double[] hits;
  private final double[] tries;
  private double allHits;
  private double allTries;

  AcceptanceTable(int levels) {
    hits = new double[levels];
    tries = new double[levels];
  }

  /** A drafted token was verified. */
  synchronized void observe(int level, boolean accepted) {
    tries[level]++;
    allTries++;
    if (accepted) {
      hits[level]++;
      allHits++;
    }
  }

  /** Tokens were emitted. */
  synchronized void forget(int emitted) {
    double keep = Math.pow(1 - FORGETTING, emitted);
    for (int i = 0; i < hits.length; i++) {
      hits[i] *= keep;
      tries[i] *= keep;
    }
    allHits *= keep;
    allTries *= keep;
  }

  /** The share of a level's tokens that is accepted where all before were. */
  synchronized double rate(int level) {
    return rate(hits[level], tries[level]);
  }

  /** The same for a token whose level isn't known yet. */
  synchronized double rate() {
    return rate(allHits, allTries);
  }

  private static double rate(double hit, double tried) {
    return (hit + PRIOR * PRIOR_WEIGHT) / (tried + PRIOR_WEIGHT);
  }
}

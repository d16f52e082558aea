package org.edgevlm.plugin.earlyexit;

import org.edgevlm.spi.inference.Confidence;

/** How sure a model is, as a number from 0 to 1. */
enum Certainty {
  /** The largest probability, as in CALM (arXiv 2207.07061). */
  MAX {
    @Override
    double of(Confidence confidence, double mostNats) {
      return confidence.max();
    }
  },
  /** The largest probability less the second largest. */
  MARGIN {
    @Override
    double of(Confidence confidence, double mostNats) {
      return confidence.margin();
    }
  },
  /** 1 less the entropy's share of the most there can be. */
  ENTROPY {
    @Override
    double of(Confidence confidence, double mostNats) {
      return 1 - confidence.entropy() / mostNats;
    }
  };

  /**
   * The measure.
   *
   * @param mostNats the entropy of a guess among all tokens
   */
  abstract double of(Confidence confidence, double mostNats);
}

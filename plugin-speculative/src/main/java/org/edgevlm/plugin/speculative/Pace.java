package org.edgevlm.plugin.speculative;

/**
 * How long a draft is worthwhile. With a_i the chance that token i is accepted if those before it
 * were, a round of k drafted tokens emits 1 + a_1 + a_1 a_2 + … tokens for the price of the
 * drafting and a step of k + 1 tokens; as single steps these would cost as many steps. The
 * difference is to be as large as can be.
 */
interface Pace {

  /** Whether one more token is likely to pay, before it is known. */
  boolean wantsMore(Draft draft);

  /** How many of the tokens to verify. */
  int best(Draft draft);

  /** Whatever the drafter has, as far as there is room. */
  Pace FIXED =
      new Pace() {
        @Override
        public boolean wantsMore(Draft draft) {
          return true;
        }

        @Override
        public int best(Draft draft) {
          return draft.length();
        }
      };

  /** By measured costs and what was accepted before. */
  final class Adaptive implements Pace {

    /** Of a step. */
    private static final double FREE = 0.05;

    private final StepCosts costs;
    private final AcceptanceTable acceptance;

    Adaptive(StepCosts costs, AcceptanceTable acceptance) {
      this.costs = costs;
      this.acceptance = acceptance;
    }

    @Override
    public boolean wantsMore(Draft draft) {
      int length = draft.length();
      double chain = 1;
      for (int i = 0; i < length; i++) {
        chain *= acceptance.rate(draft.level(i));
      }
      double now = length == 0 ? 1 : costs.ratio(length + 1);
      double price = costs.draftPrice().value() / costs.micros();
      // A guess that costs next to nothing is looked at whenever it could pay.
      double rate = price < FREE ? 1 : acceptance.rate();
      double gain = 0;
      for (int k = length + 1; k <= draft.limit(); k++) {
        chain *= rate;
        gain += chain - price;
        if (gain > costs.ratio(k + 1) - now) {
          return true;
        }
      }
      return false;
    }

    @Override
    public int best(Draft draft) {
      int best = 0;
      double most = 0;
      double chain = 1;
      double tokens = 0;
      for (int k = 1; k <= draft.length(); k++) {
        chain *= acceptance.rate(draft.level(k - 1));
        tokens += chain;
        double gain = tokens - (costs.ratio(k + 1) - costs.ratio(1));
        if (gain > most) {
          most = gain;
          best = k;
        }
      }
      return best;
    }
  }
}

package org.edgevlm.plugin.speculative;

import org.edgevlm.spi.decoding.Sampler;

/** How drafted tokens are accepted. */
enum Acceptance {
  /** The text of plain decoding. */
  EXACT {
    @Override
    AcceptanceRule rule(Sampler sampler, SpeculationSettings settings, int vocabularySize) {
      return new ExactRule(sampler);
    }
  },
  /** The distribution of plain decoding. */
  REJECTION {
    @Override
    AcceptanceRule rule(Sampler sampler, SpeculationSettings settings, int vocabularySize) {
      return new RejectionRule(sampler, vocabularySize);
    }
  },
  /** What the target is confident of, which is neither. */
  THRESHOLD {
    @Override
    AcceptanceRule rule(Sampler sampler, SpeculationSettings settings, int vocabularySize) {
      return new ThresholdRule(sampler, settings.threshold(), vocabularySize);
    }
  };

  /** The rule for one answer. */
  abstract AcceptanceRule rule(Sampler sampler, SpeculationSettings settings, int vocabularySize);
}

/**
 * Speculative decoding: several tokens are guessed cheaply and verified by the model that answers,
 * in one step. Every guess comes from a {@code Drafter}; one verifier judges them all.
 */
module org.edgevlm.plugin.speculative {
  requires org.edgevlm.spi;

  provides org.edgevlm.spi.decoding.DecodingStrategyProvider with
      org.edgevlm.plugin.speculative.PromptLookupProvider,
      org.edgevlm.plugin.speculative.SelfSpeculativeProvider,
      org.edgevlm.plugin.speculative.SpeculativeProvider;
}

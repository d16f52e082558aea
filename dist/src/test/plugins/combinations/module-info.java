/** Plugins that need what not every backend has, for the test of all combinations. */
module org.edgevlm.combinations {
  requires org.edgevlm.spi;

  provides org.edgevlm.spi.cache.CachePolicyProvider with
      org.edgevlm.combinations.ScoresProvider;
  provides org.edgevlm.spi.decoding.DecodingStrategyProvider with
      org.edgevlm.combinations.CarefulProvider,
      org.edgevlm.combinations.ImpossibleProvider;
}

/** Steps that end at an inner layer. */
module org.edgevlm.plugin.earlyexit {
  requires org.edgevlm.spi;

  provides org.edgevlm.spi.decoding.DecodingStrategyProvider with
      org.edgevlm.plugin.earlyexit.EarlyExitProvider;
}

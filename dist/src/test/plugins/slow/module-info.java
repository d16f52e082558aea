/** A plugin that takes its time, for tests of what happens in the middle of an answer. */
module org.edgevlm.slow {
  requires org.edgevlm.spi;

  provides org.edgevlm.spi.cache.CachePolicyProvider with
      org.edgevlm.slow.SlowProvider;
}

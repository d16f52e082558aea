/** Budgets of the KV cache that shrink with the layer's depth. */
module org.edgevlm.plugin.cache.pyramid {
  requires org.edgevlm.spi;

  provides org.edgevlm.spi.cache.CachePolicyProvider with
      org.edgevlm.plugin.cache.pyramid.PyramidProvider;
}

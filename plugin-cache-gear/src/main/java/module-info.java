/** Eviction from the KV cache by published scores, and its compression. */
module org.edgevlm.plugin.cache.gear {
  requires org.edgevlm.spi;

  provides org.edgevlm.spi.cache.CachePolicyProvider with
      org.edgevlm.plugin.cache.gear.GearProvider,
      org.edgevlm.plugin.cache.gear.SnapKvProvider,
      org.edgevlm.plugin.cache.gear.TovaProvider,
      org.edgevlm.plugin.cache.gear.KeyNormProvider,
      org.edgevlm.plugin.cache.gear.QuantisedProvider;
}

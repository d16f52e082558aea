/** A cache policy for EdgeVLM. */
module com.example.mypolicy {
  requires org.edgevlm.spi;

  provides org.edgevlm.spi.cache.CachePolicyProvider with
      com.example.mypolicy.MyPolicyProvider;
}

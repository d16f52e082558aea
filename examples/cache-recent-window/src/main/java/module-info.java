/** A cache policy: attention sinks and a recent window. */
module com.example.recentwindow {
  requires org.edgevlm.spi;

  provides org.edgevlm.spi.cache.CachePolicyProvider with
      com.example.recentwindow.RecentWindowProvider;
}

package com.example.recentwindow;

import java.util.Map;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.testkit.CachePolicyContract;

/** The contract of cache policies, with a window that is smaller than the contract's prompts. */
class RecentWindowContractTest extends CachePolicyContract {

  @Override
  protected CachePolicyProvider provider() {
    return new RecentWindowProvider();
  }

  @Override
  protected Map<String, String> configuration() {
    return Map.of("window", "32");
  }
}

package org.edgevlm.plugin.cache.pyramid;

import java.util.Map;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.testkit.CachePolicyContract;
import org.junit.jupiter.api.Nested;

/** The policy keeps what the SPI promises, with real caches. */
class ContractTest {

  @Nested
  class Published extends CachePolicyContract {
    @Override
    protected CachePolicyProvider provider() {
      return new PyramidProvider();
    }
  }

  @Nested
  class Curved extends CachePolicyContract {
    @Override
    protected CachePolicyProvider provider() {
      return new PyramidProvider();
    }

    @Override
    protected Map<String, String> configuration() {
      return Map.of("curve", "geometric", "ratios", "[0.8, 0.2]", "keep_image", "true");
    }
  }
}

package org.edgevlm.plugin.cache.gear;

import java.util.Map;
import java.util.Set;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.testkit.CachePolicyContract;
import org.edgevlm.testkit.PolicyBehavior;
import org.junit.jupiter.api.Nested;

/** The policies keep what the SPI promises, with real caches. */
class ContractsTest {

  @Nested
  class Gear extends CachePolicyContract {
    @Override
    protected CachePolicyProvider provider() {
      return new GearProvider();
    }
  }

  @Nested
  class GearOverAllLayers extends CachePolicyContract {
    @Override
    protected CachePolicyProvider provider() {
      return new GearProvider();
    }

    @Override
    protected Map<String, String> configuration() {
      return Map.of("scope", "global", "fairness", "mean", "budget_tokens", "40");
    }
  }

  @Nested
  class SnapKv extends CachePolicyContract {
    @Override
    protected CachePolicyProvider provider() {
      return new SnapKvProvider();
    }
  }

  @Nested
  class Tova extends CachePolicyContract {
    @Override
    protected CachePolicyProvider provider() {
      return new TovaProvider();
    }
  }

  @Nested
  class KeyNorms extends CachePolicyContract {
    @Override
    protected CachePolicyProvider provider() {
      return new KeyNormProvider();
    }
  }

  @Nested
  class Quantised extends CachePolicyContract {
    @Override
    protected CachePolicyProvider provider() {
      return new QuantisedProvider();
    }

    @Override
    protected Set<PolicyBehavior> lacks() {
      return Set.of(PolicyBehavior.DROPS_ALONE);
    }
  }

  @Nested
  class QuantisedToTwoBits extends CachePolicyContract {
    @Override
    protected CachePolicyProvider provider() {
      return new QuantisedProvider();
    }

    @Override
    protected Map<String, String> configuration() {
      return Map.of("bits", "2", "recent_tokens", "8", "block", "16");
    }

    @Override
    protected Set<PolicyBehavior> lacks() {
      return Set.of(PolicyBehavior.DROPS_ALONE);
    }
  }
}

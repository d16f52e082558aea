package org.edgevlm.testkit;

import java.util.Map;
import java.util.Set;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/**
 * What the SPI promises of a cache policy. Extend it with a provider, and a configuration by which
 * the policy drops something of 120 entries; the test kit brings a small model with real attention.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class CachePolicyContract {

  private PolicyFixture fixture;

  /** For subclasses. */
  protected CachePolicyContract() {}

  /** A new provider each time. */
  protected abstract CachePolicyProvider provider();

  /** Keys of the plugin's own section of the configuration, without the plugin's id. */
  protected Map<String, String> configuration() {
    return Map.of();
  }

  /** What the policy doesn't do. */
  protected Set<PolicyBehavior> lacks() {
    return Set.of();
  }

  @BeforeAll
  void openSet() {
    fixture = new PolicyFixture(this::provider, configuration(), lacks());
  }

  @AfterAll
  void closeSet() {
    if (fixture != null) {
      fixture.close();
    }
  }

  /** The provider. */
  @Nested
  class Provider extends ProviderRules {
    Provider() {
      super(CachePolicyContract.this::provider);
    }
  }

  /** The policy. */
  @Nested
  class Policy extends PolicyRules {
    Policy() {
      super(fixture);
    }
  }
}

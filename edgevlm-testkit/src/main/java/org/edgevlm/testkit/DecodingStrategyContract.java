package org.edgevlm.testkit;

import java.util.Map;
import java.util.Set;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/**
 * What the SPI promises of a decoding strategy. Extend it with a provider; the test kit brings a
 * small model, under the name {@code reference} for strategies that open a draft.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class DecodingStrategyContract {

  private StrategyFixture fixture;

  /** For subclasses. */
  protected DecodingStrategyContract() {}

  /** A new provider each time. */
  protected abstract DecodingStrategyProvider provider();

  /** Keys of the plugin's own section of the configuration, without the plugin's id. */
  protected Map<String, String> configuration() {
    return Map.of();
  }

  /** What the strategy doesn't do. */
  protected Set<StrategyBehavior> lacks() {
    return Set.of();
  }

  @BeforeAll
  void makeFixture() {
    fixture = new StrategyFixture(this::provider, configuration(), lacks());
  }

  /** The provider. */
  @Nested
  class Provider extends ProviderRules {
    Provider() {
      super(DecodingStrategyContract.this::provider);
    }
  }

  /** The strategy. */
  @Nested
  class Decoding extends StrategyRules {
    Decoding() {
      super(fixture);
    }
  }
}

package org.edgevlm.plugin.speculative;

import java.util.Map;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.testkit.DecodingStrategyContract;

/** As it comes: it stops where it does not pay. */
class AdaptiveContractTest extends DecodingStrategyContract {

  @Override
  protected DecodingStrategyProvider provider() {
    return new SpeculativeProvider();
  }

  @Override
  protected Map<String, String> configuration() {
    return Map.of("draft_model", "reference");
  }
}

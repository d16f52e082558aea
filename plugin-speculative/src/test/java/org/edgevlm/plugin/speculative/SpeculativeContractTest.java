package org.edgevlm.plugin.speculative;

import java.util.Map;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.testkit.DecodingStrategyContract;

/** The model drafts for itself, always. */
class SpeculativeContractTest extends DecodingStrategyContract {

  @Override
  protected DecodingStrategyProvider provider() {
    return new SpeculativeProvider();
  }

  @Override
  protected Map<String, String> configuration() {
    return Map.of("draft_model", "reference", "adaptive", "false");
  }
}

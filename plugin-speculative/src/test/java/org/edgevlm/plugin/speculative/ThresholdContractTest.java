package org.edgevlm.plugin.speculative;

import java.util.Map;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.testkit.DecodingStrategyContract;

/** Greedy, the published rule loses nothing either: it only accepts less. */
class ThresholdContractTest extends DecodingStrategyContract {

  @Override
  protected DecodingStrategyProvider provider() {
    return new SpeculativeProvider();
  }

  @Override
  protected Map<String, String> configuration() {
    return Map.of("draft_model", "reference", "adaptive", "false", "acceptance", "threshold");
  }
}

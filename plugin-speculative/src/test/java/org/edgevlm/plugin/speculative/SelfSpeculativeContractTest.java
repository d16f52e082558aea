package org.edgevlm.plugin.speculative;

import java.util.Map;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.testkit.DecodingStrategyContract;

/** The first of two layers drafts, always. */
class SelfSpeculativeContractTest extends DecodingStrategyContract {

  @Override
  protected DecodingStrategyProvider provider() {
    return new SelfSpeculativeProvider();
  }

  @Override
  protected Map<String, String> configuration() {
    return Map.of("adaptive", "false", "confidence", "0");
  }
}

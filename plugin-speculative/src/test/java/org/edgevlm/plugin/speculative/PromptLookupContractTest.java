package org.edgevlm.plugin.speculative;

import java.util.Map;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.testkit.DecodingStrategyContract;

/** Look-up, always. */
class PromptLookupContractTest extends DecodingStrategyContract {

  @Override
  protected DecodingStrategyProvider provider() {
    return new PromptLookupProvider();
  }

  @Override
  protected Map<String, String> configuration() {
    return Map.of("adaptive", "false", "draft_tokens", "3");
  }
}

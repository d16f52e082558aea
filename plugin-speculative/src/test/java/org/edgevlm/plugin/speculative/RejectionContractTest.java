package org.edgevlm.plugin.speculative;

import java.util.Map;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.testkit.DecodingStrategyContract;

/**
 * With drafts of one length the papers' rule is repeatable, and its greedy answers are the model's.
 */
class RejectionContractTest extends DecodingStrategyContract {

  @Override
  protected DecodingStrategyProvider provider() {
    return new SpeculativeProvider();
  }

  @Override
  protected Map<String, String> configuration() {
    return Map.of("draft_model", "reference", "adaptive", "false", "acceptance", "rejection");
  }
}

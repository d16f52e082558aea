package org.edgevlm.spi.decoding;

import org.edgevlm.spi.Api;

/**
 * How tokens are chosen. Applied in this order: repetition penalty, top-k, temperature, top-p,
 * min-p.
 *
 * @param temperature 0 is greedy; otherwise the logits are divided by it
 * @param topK keep this many tokens; 0 keeps all
 * @param topP keep the fewest tokens whose probabilities reach this; 1 keeps all
 * @param minP drop tokens below this fraction of the best one's probability; 0 keeps all
 * @param repetitionPenalty divides positive logits of tokens already in the answer and multiplies
 *     negative ones; 1 for none
 * @param seed the same seed gives the same answer
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record SamplingParameters(
    double temperature, int topK, double topP, double minP, double repetitionPenalty, long seed) {

  /** Always the most likely token. */
  public static final SamplingParameters GREEDY = new SamplingParameters(0, 0, 1, 0, 1, 0);

  public SamplingParameters {
    require(temperature >= 0 && temperature <= 100, "temperature", temperature, "0 to 100");
    require(topK >= 0, "top_k", topK, "0 or more");
    require(topP > 0 && topP <= 1, "top_p", topP, "above 0, up to 1");
    require(minP >= 0 && minP <= 1, "min_p", minP, "0 to 1");
    require(
        repetitionPenalty > 0 && repetitionPenalty <= 10,
        "repetition_penalty",
        repetitionPenalty,
        "above 0, up to 10");
  }

  private static void require(boolean holds, String name, double value, String allowed) {
    if (!holds) {
      throw new IllegalArgumentException(name + " " + value + " is not " + allowed);
    }
  }

  /** Whether the most likely token is always chosen. */
  public boolean isGreedy() {
    return temperature == 0;
  }
}

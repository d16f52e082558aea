package org.edgevlm.spi.decoding;

import java.util.Map;
import org.edgevlm.spi.Api;

/**
 * What a strategy counted while decoding one answer, for metrics and responses.
 *
 * @param counters by name in snake case, for example {@code drafted} and {@code accepted}; summed
 *     over requests
 */
@Api(status = Api.Status.EXPERIMENTAL, since = "0.1")
public record DecodingReport(Map<String, Long> counters) {

  /** Nothing to say. */
  public static final DecodingReport NONE = new DecodingReport(Map.of());

  public DecodingReport {
    counters = Map.copyOf(counters);
  }
}

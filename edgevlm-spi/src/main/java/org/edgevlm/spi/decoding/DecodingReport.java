package org.edgevlm.spi.decoding;

import java.util.List;
import java.util.Map;
import org.edgevlm.spi.Api;

/**
 * What a strategy has to say of one answer, for metrics and responses.
 *
 * @param counters by name in snake case, for example {@code drafted} and {@code accepted}; summed
 *     over requests
 * @param warnings what the user should know of this answer, one sentence each
 */
@Api(status = Api.Status.EXPERIMENTAL, since = "0.1")
public record DecodingReport(Map<String, Long> counters, List<String> warnings) {

  /** Nothing to say. */
  public static final DecodingReport NONE = new DecodingReport(Map.of());

  /** Copies both. */
  public DecodingReport {
    counters = Map.copyOf(counters);
    warnings = List.copyOf(warnings);
  }

  /** Counters without a warning. */
  public DecodingReport(Map<String, Long> counters) {
    this(counters, List.of());
  }
}

package org.edgevlm.spi.cache;

import java.util.Objects;
import org.edgevlm.spi.Api;

/**
 * A session's cache at a moment when all of its entries are settled.
 *
 * @param cache the layers' entries
 * @param phase which moment it is
 * @param promptLength positions of the prompt, image included
 * @param position positions fed in all
 * @param capacity positions the session has
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record CacheObservation(
    KvCache cache, Phase phase, int promptLength, int position, int capacity) {

  /** The moments at which policies are asked. */
  public enum Phase {
    /** The prompt is in, nothing is generated yet. */
    PREFILL,
    /** A token was generated and is final. */
    DECODE
  }

  public CacheObservation {
    Objects.requireNonNull(cache, "cache");
    Objects.requireNonNull(phase, "phase");
  }
}

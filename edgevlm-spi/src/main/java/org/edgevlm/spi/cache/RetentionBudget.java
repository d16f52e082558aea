package org.edgevlm.spi.cache;

import java.util.Objects;
import org.edgevlm.spi.Api;

/**
 * How much of a cache may stay. A share and a number of tokens can both be given: the smaller
 * holds.
 *
 * @param share of the memory that the layers would hold if nothing were dropped; above 0, at most 1
 * @param tokens the most entries of a layer, with {@link Scope#GLOBAL} on average; 0 for no such
 *     limit
 * @param base what the share is a share of
 * @param scope how the layers share it
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record RetentionBudget(double share, int tokens, Base base, Scope scope) {

  /** What a share is a share of. */
  public enum Base {
    /** All positions fed so far: the cache grows with the answer, more slowly. */
    POSITIONS,
    /** The prompt: the cache stays as large while the answer grows. */
    PROMPT
  }

  /** How layers share a budget. */
  public enum Scope {
    /** Each layer has the same. */
    LAYER,
    /** One for all layers: their entries compete, and some layers keep more than others. */
    GLOBAL
  }

  public RetentionBudget {
    Objects.requireNonNull(base, "base");
    Objects.requireNonNull(scope, "scope");
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("a share is above 0 and at most 1, not " + share);
    }
    if (tokens < 0) {
      throw new IllegalArgumentException("tokens " + tokens + " is negative");
    }
  }

  /** A share of what each layer would hold, with no other limit. */
  public static RetentionBudget ofLayers(double share) {
    return new RetentionBudget(share, 0, Base.POSITIONS, Scope.LAYER);
  }
}

package org.edgevlm.spi.cache;

import java.util.Objects;
import org.edgevlm.spi.Api;

/**
 * What policies of the usual kind have in common; {@link RetentionKeys} reads it from a
 * configuration.
 *
 * @param budget how much stays
 * @param protection what stays whatever it scores
 * @param trigger when that is looked at
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record RetentionSettings(
    RetentionBudget budget, Protection protection, ReviewTrigger trigger) {
  public RetentionSettings {
    Objects.requireNonNull(budget, "budget");
    Objects.requireNonNull(protection, "protection");
    Objects.requireNonNull(trigger, "trigger");
  }
}

package org.edgevlm.spi;

import java.util.Objects;

/**
 * A plugin's answer to "can you run here?".
 *
 * @param supported whether it can
 * @param reason why not, in words for a user; empty when supported
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record Support(boolean supported, String reason) {

  public Support {
    Objects.requireNonNull(reason, "reason");
  }

  /** It can. */
  public static Support yes() {
    return new Support(true, "");
  }

  /** It can't, for this reason. */
  public static Support no(String reason) {
    return new Support(false, reason);
  }
}

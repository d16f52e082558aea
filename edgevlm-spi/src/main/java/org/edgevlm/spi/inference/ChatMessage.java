package org.edgevlm.spi.inference;

import java.util.Objects;
import org.edgevlm.spi.Api;

/**
 * One turn.
 *
 * @param role who speaks
 * @param content what is said
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record ChatMessage(Role role, String content) {

  /** Who speaks. */
  public enum Role {
    SYSTEM,
    USER,
    ASSISTANT
  }

  public ChatMessage {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(content, "content");
  }
}

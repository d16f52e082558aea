package org.edgevlm.spi.decoding;

import java.util.Objects;
import org.edgevlm.spi.Api;

/**
 * One token of an answer, as it appears.
 *
 * @param index 0 for the first
 * @param token its id
 * @param text what it adds to the answer; may be empty where a character isn't complete yet
 * @param layersUsed the layers that made it
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record TokenEvent(int index, int token, String text, int layersUsed) {

  public TokenEvent {
    Objects.requireNonNull(text, "text");
  }
}

package org.edgevlm.spi.inference;

import java.util.Objects;
import org.edgevlm.spi.Api;

/**
 * What an answer may look like.
 *
 * @param kind the language that {@code text} is written in
 * @param text the grammar
 */
@Api(status = Api.Status.EXPERIMENTAL, since = "0.1")
public record Grammar(Kind kind, String text) {

  /** Languages for grammars. */
  public enum Kind {
    /** llama.cpp's notation; an answer is derived from the rule {@code root}. */
    GBNF,
    /** A JSON schema; an answer is a JSON value that it accepts. */
    JSON_SCHEMA
  }

  /** Checks for nulls. */
  public Grammar {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(text, "text");
  }
}

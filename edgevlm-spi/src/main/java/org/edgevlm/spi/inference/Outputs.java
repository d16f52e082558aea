package org.edgevlm.spi.inference;

import org.edgevlm.spi.Api;

/** The positions of a step whose logits are wanted; each costs a pass through the output head. */
@Api(status = Api.Status.STABLE, since = "0.1")
public enum Outputs {
  /** None: a part of a prompt. */
  NONE,
  /** The last one, which says what comes next. */
  LAST,
  /** Each one, in order: to verify a draft or to score a text. */
  ALL
}

package org.edgevlm.spi.inference;

import java.util.Objects;
import org.edgevlm.spi.Api;

/** What a step feeds: tokens or an image. */
@Api(status = Api.Status.EXPERIMENTAL, since = "0.1")
public sealed interface StepInput {

  /**
   * Tokens.
   *
   * @param ids holds the token ids; not copied
   * @param offset of the first in {@code ids}
   * @param count how many, at least 1
   */
  record Tokens(int[] ids, int offset, int count) implements StepInput {
    public Tokens {
      Objects.checkFromIndexSize(offset, count, ids.length);
      if (count < 1) {
        throw new IllegalArgumentException("a step feeds at least one token");
      }
    }
  }

  /** An image in place of tokens. */
  record Image(ImageEmbedding embedding) implements StepInput {
    public Image {
      Objects.requireNonNull(embedding, "embedding");
    }
  }
}

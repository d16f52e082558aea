package org.edgevlm.spi.decoding;

import java.util.List;
import java.util.Objects;
import org.edgevlm.spi.Api;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.vision.ImageTensor;

/**
 * What a model is fed before it answers: tokens and images in order.
 *
 * @param parts at least one
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record Prompt(List<Part> parts) {

  /** A piece of the prompt. */
  public sealed interface Part {

    /** Positions it takes. */
    int length();

    /** Tokens; the array isn't changed. */
    record Text(int[] tokens) implements Part {
      public Text {
        Objects.requireNonNull(tokens, "tokens");
      }

      @Override
      public int length() {
        return tokens.length;
      }
    }

    /**
     * An image, or a tile of one.
     *
     * @param embedding what the target reads
     * @param pixels what it was encoded from, a batch of one: for a draft model that has an encoder
     *     of its own
     */
    record Image(ImageEmbedding embedding, ImageTensor pixels) implements Part {
      /** Checks for nulls. */
      public Image {
        Objects.requireNonNull(embedding, "embedding");
        Objects.requireNonNull(pixels, "pixels");
      }

      @Override
      public int length() {
        return embedding.tokens();
      }
    }
  }

  public Prompt {
    parts = List.copyOf(parts);
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("a prompt has at least one part");
    }
  }

  /** Positions in all. */
  public int length() {
    return parts.stream().mapToInt(Part::length).sum();
  }
}

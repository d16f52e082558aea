package org.edgevlm.spi.decoding;

import java.util.List;
import java.util.Objects;
import org.edgevlm.spi.inference.ImageEmbedding;

/**
 * What a model is fed before it answers: tokens and images in order.
 *
 * @param parts at least one
 */
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

    /** An image. */
    record Image(ImageEmbedding embedding) implements Part {
      public Image {
        Objects.requireNonNull(embedding, "embedding");
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

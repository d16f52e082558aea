package org.edgevlm.benchmarks;

import java.util.Optional;
import java.util.Random;
import org.edgevlm.spi.inference.ImageEmbedding;

/**
 * What a conversation begins with: random, for the time doesn't depend on it.
 *
 * @param image rows in place of tokens, before the tokens
 * @param tokens text
 */
record Prompt(Optional<ImageEmbedding> image, int[] tokens) {

  /** The first ids are control tokens. */
  private static final int FIRST_TOKEN = 3;

  /** Text alone. */
  static Prompt text(int count, int vocabulary) {
    return new Prompt(Optional.empty(), tokens(count, vocabulary));
  }

  /** An image and a question. */
  static Prompt image(int rows, int width, int count, int vocabulary) {
    ImageEmbedding image = ImageEmbedding.allocate(rows, width);
    Random random = new Random(1);
    for (int i = 0; i < rows * width; i++) {
      image.data().put(i, (float) random.nextGaussian());
    }
    return new Prompt(Optional.of(image), tokens(count, vocabulary));
  }

  private static int[] tokens(int count, int vocabulary) {
    return new Random(2).ints(count, FIRST_TOKEN, vocabulary).toArray();
  }

  /** Entries that it leaves in the KV cache. */
  int length() {
    return image.map(ImageEmbedding::tokens).orElse(0) + tokens.length;
  }
}

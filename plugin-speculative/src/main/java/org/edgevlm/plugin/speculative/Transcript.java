package org.edgevlm.plugin.speculative;

import java.util.Arrays;

/** The tokens of an answer in order, those that were emitted; one that ends it included. */
final class Transcript {

  private int[] tokens = new int[64];
  private int length;

  void add(int token) {
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * length);
    }
    tokens[length++] = token;
  }

  int length() {
    return length;
  }

  int token(int index) {
    return tokens[index];
  }

  int last() {
    return tokens[length - 1];
  }

  /** The tokens themselves, not a copy, valid up to {@link #length} and until the next addition. */
  int[] tokens() {
    return tokens;
  }
}

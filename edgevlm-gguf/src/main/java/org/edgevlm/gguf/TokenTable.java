package org.edgevlm.gguf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The texts of a vocabulary as llama.cpp sees them: C strings that end at the first zero byte, an
 * empty one renamed {@code [EMPTY_i]}. All bytes in one array and an open hash table over them:
 * about 25 bytes a token beside its text. The hash is seeded, so no file can be made to fill one
 * bucket.
 */
final class TokenTable {

  private final int[] starts;
  private final int[] slots;
  private final long seed = ThreadLocalRandom.current().nextLong() | 1;
  private byte[] texts = new byte[1 << 12];
  private int count;

  TokenTable(int capacity) {
    starts = new int[capacity + 1];
    slots = new int[Integer.highestOneBit(Math.max(8, capacity)) * 4];
    Arrays.fill(slots, -1);
  }

  /** Adds the next token; returns its id, or the id of an equal one that is there already. */
  int add(byte[] text) {
    int length = 0;
    while (length < text.length && text[length] != 0) {
      length++;
    }
    if (length == 0) {
      text = ("[EMPTY_" + count + "]").getBytes(StandardCharsets.UTF_8);
      length = text.length;
    }
    int slot = find(text, length);
    if (slots[slot] >= 0) {
      return slots[slot];
    }
    int start = starts[count];
    if (texts.length - start < length) {
      texts = Arrays.copyOf(texts, Math.max(start + length, (int) Math.min(1L << 30, start * 2L)));
    }
    System.arraycopy(text, 0, texts, start, length);
    slots[slot] = count;
    starts[count + 1] = start + length;
    return count++;
  }

  /** The id of a text, or -1. */
  int id(String text) {
    return id(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The id of a text, or -1. */
  int id(byte[] text) {
    return slots[find(text, text.length)];
  }

  /** The text of a token, for messages; bytes that are not UTF-8 are replaced. */
  String text(int id) {
    return new String(texts, starts[id], starts[id + 1] - starts[id], StandardCharsets.UTF_8);
  }

  private int find(byte[] text, int length) {
    long hash = seed;
    for (int i = 0; i < length; i++) {
      hash = (hash ^ text[i]) * 0x9e3779b97f4a7c15L;
      hash ^= hash >>> 29;
    }
    int slot = (int) (hash >>> 20) & (slots.length - 1);
    while (slots[slot] >= 0 && !matches(slots[slot], text, length)) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  private boolean matches(int id, byte[] text, int length) {
    return Arrays.equals(texts, starts[id], starts[id + 1], text, 0, length);
  }
}

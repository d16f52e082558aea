package org.edgevlm.plugin.speculative;

import java.util.Arrays;

/**
 * What followed each few tokens: the token that did most often, by a running majority, and how far
 * it can be relied on. Two contexts that share a hash are taken for one, which costs a bad guess at
 * worst.
 */
final class NgramTable {

  /** The fewest tokens of context. */
  static final int SHORTEST = 2;

  private static final int EMPTY = -1;

  private final int longest;
  private long[] keys;
  private int[] tokens;
  private int[] majority;
  private int[] seen;
  private int size;

  /**
   * @param longest the most tokens of context
   */
  NgramTable(int longest) {
    this.longest = longest;
    allocate(1024);
  }

  private void allocate(int slots) {
    keys = new long[slots];
    tokens = new int[slots];
    majority = new int[slots];
    seen = new int[slots];
    Arrays.fill(tokens, EMPTY);
  }

  /**
   * Notes what follows.
   *
   * @param text tokens
   * @param at of the token to note, with those before it as its contexts
   */
  void add(int[] text, int at) {
    long key = 0;
    for (int n = 1; n <= Math.min(longest, at); n++) {
      key = extend(key, text[at - n]);
      if (n >= SHORTEST) {
        note(key, text[at]);
      }
    }
  }

  private void note(long key, int token) {
    if (2 * (size + 1) > keys.length) {
      grow();
    }
    int slot = slot(key);
    if (tokens[slot] == EMPTY) {
      keys[slot] = key;
      tokens[slot] = token;
      size++;
    }
    seen[slot]++;
    if (tokens[slot] == token) {
      majority[slot]++;
    } else if (--majority[slot] <= 0) {
      tokens[slot] = token;
      majority[slot] = 1;
    }
  }

  /**
   * Finds what follows a text's end, by the longest context that was seen.
   *
   * @param atLeast contexts shorter than this don't count
   * @param found gets the guess
   * @return whether there is one
   */
  boolean find(int[] text, int length, int atLeast, Found found) {
    long key = 0;
    boolean any = false;
    for (int n = 1; n <= Math.min(longest, length); n++) {
      key = extend(key, text[length - n]);
      if (n < SHORTEST) {
        continue;
      }
      int slot = slot(key);
      if (tokens[slot] == EMPTY) {
        // A longer context was seen only where its end was.
        return any;
      }
      if (n >= atLeast) {
        found.set(tokens[slot], n, majority[slot], seen[slot]);
        any = true;
      }
    }
    return any;
  }

  /** Contexts in the table. */
  int size() {
    return size;
  }

  private static long extend(long key, int token) {
    long mixed = (key + token + 1) * 0x9E3779B97F4A7C15L;
    return mixed ^ (mixed >>> 29);
  }

  private int slot(long key) {
    int mask = keys.length - 1;
    int slot = (int) (key >>> 20) & mask;
    while (tokens[slot] != EMPTY && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldTokens = tokens;
    int[] oldMajority = majority;
    int[] oldSeen = seen;
    allocate(2 * oldKeys.length);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldTokens[i] != EMPTY) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        tokens[slot] = oldTokens[i];
        majority[slot] = oldMajority[i];
        seen[slot] = oldSeen[i];
      }
    }
  }

  /** A guess; reused from one to the next. */
  static final class Found {

    private int token;
    private int context;
    private int majority;
    private int seen;

    void set(int newToken, int newContext, int newMajority, int newSeen) {
      token = newToken;
      context = newContext;
      majority = newMajority;
      seen = newSeen;
    }

    int token() {
      return token;
    }

    /** Tokens of the context. */
    int context() {
      return context;
    }

    /** 0: seen once; 1: something else followed too; 2: nothing else ever did. */
    int strength() {
      if (majority < seen) {
        return 1;
      }
      return seen == 1 ? 0 : 2;
    }
  }
}

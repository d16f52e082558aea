package org.edgevlm.runtime.reference;

import java.util.BitSet;

/**
 * A regular language of bytes, as an expression. {@code after} is Brzozowski's derivative: what may
 * follow once a byte was read. No expression that the methods make is an empty language unless it
 * is {@link #NOTHING}, so whatever isn't can still be completed.
 */
sealed interface Regular {

  /** No text at all. */
  Regular NOTHING = new Nothing();

  /** The empty text. */
  Regular EMPTY = new Empty();

  /** Whether the empty text belongs to it. */
  boolean acceptsEmpty();

  /** What may follow this byte. */
  Regular after(int value);

  /** One byte of a set. */
  static Regular oneOf(BitSet bytes) {
    return bytes.isEmpty() ? NOTHING : new OneOf(bytes);
  }

  /** One text after the other. */
  static Regular sequence(Regular first, Regular second) {
    if (first == NOTHING || second == NOTHING) {
      return NOTHING;
    }
    if (first == EMPTY) {
      return second;
    }
    return second == EMPTY ? first : new Sequence(first, second);
  }

  /** A text of either. */
  static Regular either(Regular first, Regular second) {
    if (first == NOTHING || first.equals(second)) {
      return second;
    }
    return second == NOTHING ? first : new Either(first, second);
  }

  /** Any number of texts, one after the other. */
  static Regular repeated(Regular part) {
    return part == NOTHING || part == EMPTY ? EMPTY : new Repeated(part);
  }

  /** {@link #NOTHING}. */
  record Nothing() implements Regular {
    @Override
    public boolean acceptsEmpty() {
      return false;
    }

    @Override
    public Regular after(int value) {
      return NOTHING;
    }
  }

  /** {@link #EMPTY}. */
  record Empty() implements Regular {
    @Override
    public boolean acceptsEmpty() {
      return true;
    }

    @Override
    public Regular after(int value) {
      return NOTHING;
    }
  }

  /** {@link #oneOf}. */
  record OneOf(BitSet bytes) implements Regular {
    @Override
    public boolean acceptsEmpty() {
      return false;
    }

    @Override
    public Regular after(int value) {
      return bytes.get(value) ? EMPTY : NOTHING;
    }
  }

  /** {@link #sequence}. */
  record Sequence(Regular first, Regular second) implements Regular {
    @Override
    public boolean acceptsEmpty() {
      return first.acceptsEmpty() && second.acceptsEmpty();
    }

    @Override
    public Regular after(int value) {
      Regular here = sequence(first.after(value), second);
      return first.acceptsEmpty() ? either(here, second.after(value)) : here;
    }
  }

  /** {@link #either}. */
  record Either(Regular first, Regular second) implements Regular {
    @Override
    public boolean acceptsEmpty() {
      return first.acceptsEmpty() || second.acceptsEmpty();
    }

    @Override
    public Regular after(int value) {
      return either(first.after(value), second.after(value));
    }
  }

  /** {@link #repeated}. */
  record Repeated(Regular part) implements Regular {
    @Override
    public boolean acceptsEmpty() {
      return true;
    }

    @Override
    public Regular after(int value) {
      return sequence(part.after(value), this);
    }
  }
}

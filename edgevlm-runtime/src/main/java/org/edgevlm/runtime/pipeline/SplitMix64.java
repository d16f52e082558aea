package org.edgevlm.runtime.pipeline;

/**
 * A small random generator with 64 bits of state that can be copied, which {@link
 * java.util.SplittableRandom} can't. Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
 * Generators", 2014.
 */
final class SplitMix64 {

  private static final double ULP = 0x1.0p-53;

  private long state;

  SplitMix64(long seed) {
    state = seed;
  }

  SplitMix64 copy() {
    return new SplitMix64(state);
  }

  private long next() {
    state += 0x9E3779B97F4A7C15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** The next number in [0, 1), of 53 random bits. */
  double uniform() {
    return (next() >>> 11) * ULP;
  }
}

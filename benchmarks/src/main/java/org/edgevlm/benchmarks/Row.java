package org.edgevlm.benchmarks;

import java.util.Optional;

/**
 * A line of the table.
 *
 * @param measure what was measured
 * @param unit of the samples
 * @param name who was measured
 * @param samples of it
 * @param other who it is compared with, in the same rounds
 */
record Row(String measure, String unit, String name, Samples samples, Optional<Other> other) {

  /** Whom something is compared with. */
  record Other(String name, Samples samples) {}

  static Row of(String measure, String unit, String name, Samples samples) {
    return new Row(measure, unit, name, samples, Optional.empty());
  }

  /** A comparison of times. */
  Row versus(String otherName, Samples otherSamples) {
    return new Row(measure, unit, name, samples, Optional.of(new Other(otherName, otherSamples)));
  }

  /** The other's time by this one's, pair by pair: above 1, this one is faster. */
  Optional<Samples> ratio() {
    return other.map(o -> o.samples().dividedBy(samples));
  }
}

package org.edgevlm.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures several contenders in turn, A B A B, so that what the machine does meanwhile meets all
 * of them. A first turn, in which code is compiled and pages are read, isn't counted.
 */
final class Rounds {

  /** One measurement. */
  @FunctionalInterface
  interface Measurement {
    /** Does the work and says what it took. */
    double measure();
  }

  private final int rounds;

  Rounds(int rounds) {
    this.rounds = rounds;
  }

  int count() {
    return rounds;
  }

  /** The samples of each contender, by name, in the order given. */
  Map<String, Samples> measure(Map<String, Measurement> contenders) {
    Map<String, List<Double>> values = new LinkedHashMap<>();
    contenders.forEach((name, contender) -> values.put(name, new ArrayList<>()));
    for (int round = -1; round < rounds; round++) {
      for (Map.Entry<String, Measurement> contender : contenders.entrySet()) {
        double value = contender.getValue().measure();
        if (round >= 0) {
          values.get(contender.getKey()).add(value);
        }
      }
    }
    Map<String, Samples> samples = new LinkedHashMap<>();
    values.forEach((name, list) -> samples.put(name, new Samples(list)));
    return samples;
  }

  /** Milliseconds that something takes. */
  static double millis(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }
}

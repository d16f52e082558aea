package org.edgevlm.runtime.pipeline;

import org.edgevlm.runtime.Timings;
import org.edgevlm.runtime.metrics.Metrics;

/** Times the stages of one request, one after the other. */
final class StageClock {

  private static final double NANOS_PER_MILLI = 1e6;

  private final double[] millis = new double[Metrics.Stage.values().length];
  private final long start = System.nanoTime();
  private long last = start;
  private boolean skipped;

  void end(Metrics.Stage stage) {
    long now = System.nanoTime();
    millis[stage.ordinal()] = (now - last) / NANOS_PER_MILLI;
    last = now;
  }

  /** The picture's stages were left out: there was an encoding. */
  void skip() {
    skipped = true;
    last = System.nanoTime();
  }

  /** Whether the picture's stages were left out. */
  boolean skipped() {
    return skipped;
  }

  Timings timings(int tokens) {
    double decode = millis[Metrics.Stage.DECODE.ordinal()];
    return new Timings(
        millis[Metrics.Stage.VISION.ordinal()],
        millis[Metrics.Stage.ENCODE.ordinal()],
        millis[Metrics.Stage.PREFILL.ordinal()],
        decode,
        (System.nanoTime() - start) / NANOS_PER_MILLI,
        decode > 0 ? tokens * 1e3 / decode : 0);
  }
}

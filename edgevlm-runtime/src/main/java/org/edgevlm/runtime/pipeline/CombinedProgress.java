package org.edgevlm.runtime.pipeline;

import java.util.Objects;
import org.edgevlm.spi.inference.LoadProgress;

/**
 * The progress of several files as that of one: sums what is done, never goes back, and says {@code
 * done == total} once, at the very end.
 */
final class CombinedProgress {

  private final LoadProgress target;
  private final long total;
  private long finished;
  private long shown = -1;

  /**
   * @param total weights of all files in bytes
   */
  CombinedProgress(LoadProgress target, long total) {
    this.target = Objects.requireNonNull(target, "target");
    this.total = Math.max(1, total);
  }

  /**
   * The progress of the next file.
   *
   * @param weights its share of the total
   */
  LoadProgress next(long weights) {
    long before = finished;
    finished += weights;
    return (done, of) -> show(before + (of <= 0 ? 0 : (long) (weights * ((double) done / of))));
  }

  private void show(long done) {
    long value = Math.min(done, total - 1);
    if (value > shown) {
      shown = value;
      target.update(value, total);
    }
  }

  /** Everything is loaded. */
  void end() {
    target.update(total, total);
  }
}

package org.edgevlm.runtime.pipeline;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.inference.MemoryEstimate;

/**
 * The memory that models may take together. A model asks before it is loaded. Safe for use by
 * several threads at a time.
 */
final class MemoryBudget {

  private static final double AUTO_SHARE = 0.8;
  private static final long KIB = 1L << 10;

  private final long limit;
  private final String source;
  private MemoryEstimate used = new MemoryEstimate(0, 0, 0);

  /**
   * @param configured bytes; 0 for 80 % of the machine's memory, or of the container's
   */
  MemoryBudget(long configured) {
    if (configured > 0) {
      limit = configured;
      source = "memory_limit";
    } else {
      long physical =
          ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
              .getTotalMemorySize();
      limit = (long) (physical * AUTO_SHARE);
      source = "memory_limit auto, 80 % of " + display(physical);
    }
  }

  /**
   * Sets memory aside for a model.
   *
   * @param model the name for the message
   * @throws EdgeVlmException if it doesn't fit; nothing is set aside
   */
  synchronized void take(String model, MemoryEstimate estimate) {
    MemoryEstimate together = used.plus(estimate);
    if (together.total() > limit) {
      String before =
          used.total() == 0 ? "" : ", besides " + display(used.total()) + " already in use";
      throw new EdgeVlmException(
          String.format(
              Locale.ROOT,
              "model '%s' needs about %s (weights %s, KV cache %s, compute buffers %s)%s,"
                  + " more than the limit of %s (%s): choose a smaller model, a shorter context"
                  + " or a higher memory_limit",
              model,
              display(estimate.total()),
              display(estimate.weights()),
              display(estimate.kvCache()),
              display(estimate.compute()),
              before,
              display(limit),
              source));
    }
    used = together;
  }

  /** Gives back what a model took. */
  synchronized void giveBack(MemoryEstimate estimate) {
    used =
        new MemoryEstimate(
            used.weights() - estimate.weights(),
            used.kvCache() - estimate.kvCache(),
            used.compute() - estimate.compute());
  }

  /** Bytes for people, rounded up to one decimal of the largest fitting unit. */
  static String display(long bytes) {
    String[] units = {"B", "KB", "MB", "GB", "TB"};
    int unit = 0;
    double value = bytes;
    while (value >= KIB && unit < units.length - 1) {
      value /= KIB;
      unit++;
    }
    return unit == 0
        ? bytes + " B"
        : String.format(Locale.ROOT, "%.1f %s", Math.ceil(value * 10) / 10, units[unit]);
  }
}

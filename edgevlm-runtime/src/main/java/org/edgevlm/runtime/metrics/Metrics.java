package org.edgevlm.runtime.metrics;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Collects what requests measure. Safe for use by several threads at a time. */
public final class Metrics {

  /**
   * The counter that is a size at one time, so that the largest is kept and not the sum; so are
   * those whose names begin with it.
   */
  public static final String KV_BYTES = "kv_bytes";

  /** The counter of answers to pictures whose encoding was there already. */
  public static final String IMAGE_CACHE_HITS = "image_cache_hits";

  private static final String CANCELLED = "cancelled";
  private static final int DIGITS = 3;
  private static final double MICROS_PER_MILLI = 1e3;

  /** The stages of a request, in order. */
  public enum Stage {
    VISION,
    ENCODE,
    PREFILL,
    DECODE,
    TOTAL;

    private String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Map<Stage, Histogram> micros = new EnumMap<>(Stage.class);
  private final Map<String, Long> counters = new HashMap<>();
  private long requests;
  private long errors;
  private long tokens;
  private double decodeMs;

  /** Nothing measured yet. */
  public Metrics() {
    for (Stage stage : Stage.values()) {
      micros.put(stage, new Histogram(DIGITS));
    }
  }

  /** A request failed. */
  public synchronized void failed() {
    requests++;
    errors++;
  }

  /**
   * A request was cancelled.
   *
   * @param answerTokens tokens of the answer up to there
   * @param decodedMs time they took
   */
  public synchronized void cancelled(long answerTokens, double decodedMs) {
    requests++;
    counters.merge(CANCELLED, 1L, Long::sum);
    countTokens(answerTokens, decodedMs);
  }

  /**
   * A request was answered.
   *
   * @param millis by stage
   * @param answerTokens tokens of the answer
   * @param answerCounters by name
   */
  public synchronized void answered(
      Map<Stage, Double> millis, long answerTokens, Map<String, Long> answerCounters) {
    requests++;
    millis.forEach(
        (stage, ms) ->
            micros.get(stage).recordValue(Math.max(0, Math.round(ms * MICROS_PER_MILLI))));
    countTokens(answerTokens, millis.getOrDefault(Stage.DECODE, 0.0));
    answerCounters.forEach(
        (name, value) ->
            counters.merge(name, value, name.startsWith(KV_BYTES) ? Math::max : Long::sum));
  }

  private void countTokens(long answerTokens, double decodedMs) {
    tokens += answerTokens;
    decodeMs += decodedMs;
  }

  /** Everything so far. */
  public synchronized MetricsSnapshot snapshot() {
    Map<String, LatencySummary> latency = new LinkedHashMap<>();
    micros.forEach((stage, histogram) -> latency.put(stage.label(), summary(histogram)));
    return new MetricsSnapshot(
        requests,
        errors,
        latency,
        decodeMs > 0 ? tokens * 1e3 / decodeMs : 0,
        tokens,
        counters,
        ProcessMemory.now());
  }

  private static LatencySummary summary(Histogram micros) {
    long count = micros.getTotalCount();
    if (count == 0) {
      return new LatencySummary(0, 0, 0, 0, 0, 0);
    }
    return new LatencySummary(
        count,
        micros.getMean() / MICROS_PER_MILLI,
        micros.getValueAtPercentile(50) / MICROS_PER_MILLI,
        micros.getValueAtPercentile(95) / MICROS_PER_MILLI,
        micros.getValueAtPercentile(99) / MICROS_PER_MILLI,
        micros.getMaxValue() / MICROS_PER_MILLI);
  }
}

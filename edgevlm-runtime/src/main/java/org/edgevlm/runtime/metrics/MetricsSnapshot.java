package org.edgevlm.runtime.metrics;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What was measured since the program began.
 *
 * @param requests requests that ended, in whatever way
 * @param errors those of them that failed
 * @param latency by stage, in the order of a request: {@code vision}, {@code encode}, {@code
 *     prefill}, {@code decode}, {@code total}; of answers that were neither cancelled nor failed
 * @param tokensPerSecond all answers' tokens by all answers' decode time
 * @param tokens tokens of all answers
 * @param counters the answers' counters, summed; of {@code kv_bytes} and the names that begin with
 *     it the largest; {@code cancelled} counts cancelled answers
 * @param memory this process's memory now
 */
public record MetricsSnapshot(
    long requests,
    long errors,
    Map<String, LatencySummary> latency,
    double tokensPerSecond,
    long tokens,
    Map<String, Long> counters,
    ProcessMemory memory) {

  public MetricsSnapshot {
    latency = Collections.unmodifiableMap(new LinkedHashMap<>(latency));
    counters = Collections.unmodifiableMap(new TreeMap<>(counters));
    Objects.requireNonNull(memory, "memory");
  }
}

package org.edgevlm.app.http;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts answers by HTTP status. */
final class HttpCounts {

  private final Map<Integer, LongAdder> byStatus = new ConcurrentSkipListMap<>();

  void count(int status) {
    byStatus.computeIfAbsent(status, unused -> new LongAdder()).increment();
  }

  /** As of now, by status. */
  Map<Integer, Long> byStatus() {
    Map<Integer, Long> counts = new TreeMap<>();
    byStatus.forEach((status, count) -> counts.put(status, count.sum()));
    return counts;
  }
}

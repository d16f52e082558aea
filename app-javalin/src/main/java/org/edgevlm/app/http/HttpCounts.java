package org.edgevlm.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts answers by HTTP status. */
final class HttpCounts {

  private final Map<Integer, LongAdder> byStatus = new ConcurrentSkipListMap<>();

  void count(int status) {
    byStatus.computeIfAbsent(status, unused -> new LongAdder()).increment();
  }

  void writeTo(ObjectNode json) {
    byStatus.forEach((status, count) -> json.put(status.toString(), count.sum()));
  }
}

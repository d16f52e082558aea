package org.edgevlm.runtime.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.edgevlm.runtime.metrics.Metrics.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {

  @Test
  void nothingMeasuredIsZero() {
    MetricsSnapshot metrics = new Metrics().snapshot();
    assertEquals(new LatencySummary(0, 0, 0, 0, 0, 0), metrics.latency().get("decode"));
    assertEquals(0, metrics.tokensPerSecond());
    assertEquals(Map.of(), metrics.counters());
  }

  @Test
  void percentilesAreThoseOfTheSortedValues() {
    Metrics metrics = new Metrics();
    Random random = new Random(3);
    double[] values = new double[5000];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.exp(random.nextGaussian() * 2 + 3);
      metrics.answered(Map.of(Stage.DECODE, values[i]), 1, Map.of());
    }
    double mean = Arrays.stream(values).average().orElseThrow();
    Arrays.sort(values);
    LatencySummary summary = metrics.snapshot().latency().get("decode");
    assertEquals(values.length, summary.count());
    assertNear(mean, summary.meanMs());
    assertNear(values[2499], summary.p50Ms());
    assertNear(values[4749], summary.p95Ms());
    assertNear(values[4949], summary.p99Ms());
    assertNear(values[4999], summary.maxMs());
    assertEquals(0, metrics.snapshot().latency().get("vision").count());
  }

  private static void assertNear(double expected, double actual) {
    assertEquals(expected, actual, expected * 2e-3);
  }

  @Test
  void countersAddUpAndKvBytesIsTheLargest() {
    Metrics metrics = new Metrics();
    metrics.answered(
        Map.of(Stage.DECODE, 100.0),
        10,
        Map.of("kv_bytes", 50L, "kv_bytes_prefill", 7L, "drafted", 3L));
    metrics.answered(
        Map.of(Stage.DECODE, 300.0),
        30,
        Map.of("kv_bytes", 40L, "kv_bytes_prefill", 8L, "drafted", 4L));
    metrics.cancelled(10, 100);
    metrics.failed();
    MetricsSnapshot snapshot = metrics.snapshot();
    assertEquals(4, snapshot.requests());
    assertEquals(1, snapshot.errors());
    assertEquals(50, snapshot.tokens());
    assertEquals(100, snapshot.tokensPerSecond(), 1e-9);
    assertEquals(
        Map.of("kv_bytes", 50L, "kv_bytes_prefill", 8L, "drafted", 7L, "cancelled", 1L),
        snapshot.counters());
  }

  @Test
  void residentMemoryIsWhatTheSystemSays(@TempDir Path folder) throws IOException {
    Path status = folder.resolve("status");
    assertEquals(OptionalLong.empty(), ProcessMemory.resident(status));
    Files.writeString(status, "Name:\tjava\nVmHWM:\t  900 kB\nVmRSS:\t   1234 kB\nThreads:\t9\n");
    assertEquals(OptionalLong.of(1234 << 10), ProcessMemory.resident(status));
    Files.writeString(status, "VmRSS:\t many kB\n");
    assertEquals(OptionalLong.empty(), ProcessMemory.resident(status));
  }

  @Test
  void memoryNowIsOfAPlausibleSize() {
    ProcessMemory memory = ProcessMemory.now();
    assertTrue(memory.heapUsedBytes() > 1 << 20);
    assertTrue(memory.heapCommittedBytes() >= memory.heapUsedBytes());
    assertTrue(memory.residentBytes() > 16 << 20, memory.toString());
  }
}

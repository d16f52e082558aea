package org.edgevlm.app.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import org.edgevlm.app.json.Json;
import org.edgevlm.app.service.ServerParts;
import org.edgevlm.runtime.Degradation;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.metrics.ImageCacheSnapshot;
import org.edgevlm.runtime.metrics.LatencySummary;
import org.edgevlm.runtime.metrics.Metrics;
import org.edgevlm.runtime.metrics.MetricsSnapshot;
import org.edgevlm.runtime.metrics.ProcessMemory;

/**
 * What {@code GET /metrics} says: what was counted as it was counted, and by subject with the
 * shares that follow from it.
 */
final class MetricsJson {

  private static final double MICROS = 1e3;

  private final ServerParts parts;
  private final HttpCounts counts;
  private final Machine machine = Machine.current();

  MetricsJson(ServerParts parts, HttpCounts counts) {
    this.parts = parts;
    this.counts = counts;
  }

  /**
   * As of now.
   *
   * @throws org.edgevlm.app.service.ProblemException while the model is still loading
   */
  ObjectNode page() {
    EdgeVlm edgeVlm = parts.readiness().edgeVlm();
    MetricsSnapshot snapshot = edgeVlm.metrics();
    ObjectNode json = Json.object();
    json.put("uptime_seconds", ManagementFactory.getRuntimeMXBean().getUptime() / 1000);
    json.put("requests", snapshot.requests());
    json.put("errors", snapshot.errors());
    json.put("tokens", snapshot.tokens());
    json.put("tokens_per_second", Json.rounded(snapshot.tokensPerSecond()));
    writeStages(json.putObject("latency"), snapshot, List.copyOf(snapshot.latency().keySet()));
    Json.writeCounts(json.putObject("counters"), snapshot.counters());
    ArrayNode degraded = json.putArray("degraded");
    edgeVlm.degradations().forEach(part -> write(degraded.addObject(), part));
    writeMemory(json.putObject("memory"), snapshot.memory());
    ObjectNode machineJson = json.putObject("machine");
    machine.writeTo(machineJson);
    ObjectNode responses = json.putObject("http_responses");
    counts.byStatus().forEach((status, count) -> responses.put(status.toString(), count));

    writeInference(json.putObject("inference"), snapshot);
    writeVision(json.putObject("vision"), snapshot, edgeVlm.imageCache());
    writeSpeculative(json.putObject("speculative"), snapshot.counters());
    ObjectNode system = json.putObject("system");
    system.setAll(machineJson);
    writeMemory(system, snapshot.memory());
    writeCache(json.putObject("cache"), snapshot.counters());
    return json;
  }

  private void writeInference(ObjectNode json, MetricsSnapshot snapshot) {
    json.put("requests", snapshot.requests());
    json.put("errors", snapshot.errors());
    json.put("cancelled", count(snapshot.counters(), "cancelled"));
    json.put("tokens", snapshot.tokens());
    json.put("tokens_per_second", Json.rounded(snapshot.tokensPerSecond()));
    json.put("early_exits", count(snapshot.counters(), "exits"));
    ObjectNode layers = json.putObject("early_exits_by_layer");
    snapshot
        .counters()
        .forEach(
            (name, value) -> {
              if (name.startsWith("exits_at_")) {
                layers.put(name.substring("exits_at_".length()), value);
              }
            });
    json.put("early_exit_rate", share(count(snapshot.counters(), "exits"), snapshot.tokens()));
    writeStages(json.putObject("latency"), snapshot, List.of("prefill", "decode", "total"));
    json.putObject("queue")
        .put("waiting", parts.queue().waiting())
        .put("capacity", parts.queue().capacity())
        .put("busy", parts.queue().busy())
        .put("requests_in_flight", parts.admission().requests())
        .put("upload_bytes", parts.admission().bytes())
        .put("stuck_workers", parts.queue().stuckWorkers());
  }

  private static void writeVision(
      ObjectNode json, MetricsSnapshot snapshot, ImageCacheSnapshot images) {
    writeStages(json.putObject("latency"), snapshot, List.of("vision", "encode"));
    json.putObject("image_cache")
        .put("images", images.images())
        .put("bytes", images.bytes())
        .put("max_bytes", images.maxBytes())
        .put("hits", images.hits())
        .put("misses", images.misses())
        .put("evictions", images.evictions());
  }

  /** What {@code decoding: speculative} counts; without it all is 0. */
  private static void writeSpeculative(ObjectNode json, Map<String, Long> counters) {
    long drafted = count(counters, "drafted");
    json.put("drafted", drafted);
    json.put("accepted", count(counters, "accepted"));
    json.put("acceptance_rate", share(count(counters, "accepted"), drafted));
    json.put("draft_ms", Json.rounded(count(counters, "draft_micros") / MICROS));
    json.put("verify_ms", Json.rounded(count(counters, "verify_micros") / MICROS));
    json.put("saved_ms", Json.rounded(count(counters, "saved_micros") / MICROS));
    long spent =
        count(counters, "draft_micros")
            + count(counters, "verify_micros")
            + count(counters, "plain_micros");
    // An estimate: what plain decoding would have taken by what was spent.
    json.put("speed_up", 1 + share(count(counters, "saved_micros"), spent));
  }

  private static void writeCache(ObjectNode json, Map<String, Long> counters) {
    long prefill = count(counters, Metrics.KV_BYTES + "_prefill");
    long kept = counters.getOrDefault(Metrics.KV_BYTES + "_kept", prefill);
    json.put("kv_bytes", count(counters, Metrics.KV_BYTES));
    json.put("kv_bytes_prefill", prefill);
    json.put("kv_bytes_kept", kept);
    json.put("kept_share", share(kept, prefill));
    json.put("reviews", count(counters, "cache_reviews"));
    json.put("evicted_entries", count(counters, "evicted_entries"));
    json.put("compressed_entries", count(counters, "compressed_entries"));
  }

  private static long count(Map<String, Long> counters, String name) {
    return counters.getOrDefault(name, 0L);
  }

  private static double share(long part, long whole) {
    return whole > 0 ? Json.rounded((double) part / whole) : 0;
  }

  private static void writeStages(ObjectNode json, MetricsSnapshot snapshot, List<String> stages) {
    stages.forEach(stage -> write(json.putObject(stage), snapshot.latency().get(stage)));
  }

  private static void writeMemory(ObjectNode json, ProcessMemory memory) {
    json.put("resident_bytes", memory.residentBytes())
        .put("heap_used_bytes", memory.heapUsedBytes())
        .put("heap_committed_bytes", memory.heapCommittedBytes());
  }

  private static void write(ObjectNode json, Degradation part) {
    json.put("service", part.service());
    json.put("plugin", part.plugin());
    ArrayNode missing = json.putArray("missing");
    part.missing().forEach(capability -> missing.add(capability.name()));
    json.put("fallback", part.fallback());
    json.put("warning", part.warning());
  }

  private static void write(ObjectNode json, LatencySummary summary) {
    json.put("count", summary.count());
    json.put("mean_ms", Json.rounded(summary.meanMs()));
    json.put("p50_ms", Json.rounded(summary.p50Ms()));
    json.put("p95_ms", Json.rounded(summary.p95Ms()));
    json.put("p99_ms", Json.rounded(summary.p99Ms()));
    json.put("max_ms", Json.rounded(summary.maxMs()));
  }
}

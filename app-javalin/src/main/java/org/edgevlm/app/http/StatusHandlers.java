package org.edgevlm.app.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import org.edgevlm.app.Version;
import org.edgevlm.app.json.Json;
import org.edgevlm.runtime.Degradation;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.metrics.LatencySummary;
import org.edgevlm.runtime.metrics.MetricsSnapshot;
import org.edgevlm.runtime.metrics.ProcessMemory;
import org.edgevlm.spi.inference.ModelInfo;

/** {@code GET /health} and {@code GET /metrics}. */
final class StatusHandlers {

  private final Readiness readiness;
  private final HttpCounts counts;
  private final Machine machine = Machine.current();

  StatusHandlers(Readiness readiness, HttpCounts counts) {
    this.readiness = readiness;
    this.counts = counts;
  }

  /** Whether requests can be answered: 200 and {@code ready}, or 503 and {@code loading}. */
  void health(Context context) {
    Optional<EdgeVlm> edgeVlm = readiness.current();
    ObjectNode json = Json.object();
    json.put("status", edgeVlm.isPresent() ? "ready" : "loading");
    json.put("version", Version.current());
    edgeVlm.ifPresent(
        ready -> {
          ModelInfo model = ready.model();
          json.putObject("model")
              .put("name", model.name())
              .put("architecture", model.architecture())
              .put("layers", model.layers())
              .put("parameters", model.parameters())
              .put("context_length", model.contextLength());
          Json.writePlugins(json.putObject("plugins"), ready.plugins());
        });
    context.status(edgeVlm.isPresent() ? 200 : 503);
    context.contentType("application/json").result(Json.line(json));
  }

  /** What was measured since the server began. */
  void metrics(Context context) {
    EdgeVlm edgeVlm = readiness.edgeVlm();
    MetricsSnapshot snapshot = edgeVlm.metrics();
    ObjectNode json = Json.object();
    json.put("uptime_seconds", ManagementFactory.getRuntimeMXBean().getUptime() / 1000);
    json.put("requests", snapshot.requests());
    json.put("errors", snapshot.errors());
    json.put("tokens", snapshot.tokens());
    json.put("tokens_per_second", Json.rounded(snapshot.tokensPerSecond()));
    ObjectNode latency = json.putObject("latency");
    snapshot.latency().forEach((stage, summary) -> write(latency.putObject(stage), summary));
    Json.writeCounts(json.putObject("counters"), snapshot.counters());
    ArrayNode degraded = json.putArray("degraded");
    edgeVlm.degradations().forEach(part -> write(degraded.addObject(), part));
    ProcessMemory memory = snapshot.memory();
    json.putObject("memory")
        .put("resident_bytes", memory.residentBytes())
        .put("heap_used_bytes", memory.heapUsedBytes())
        .put("heap_committed_bytes", memory.heapCommittedBytes());
    machine.writeTo(json.putObject("machine"));
    counts.writeTo(json.putObject("http_responses"));
    context.contentType("application/json").result(Json.line(json));
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

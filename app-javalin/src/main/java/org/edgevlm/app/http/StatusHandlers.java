package org.edgevlm.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.edgevlm.app.Version;
import org.edgevlm.app.json.Json;
import org.edgevlm.app.service.ServerParts;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.spi.inference.ModelInfo;

/** {@code GET /health}, {@code GET /metrics} and {@code POST /clear-cache}. */
final class StatusHandlers {

  private static final String READY = "ready";

  /** What Prometheus asks for, and no browser. */
  private static final Pattern PROMETHEUS =
      Pattern.compile("(?i)text/plain|application/openmetrics-text");

  private final ServerParts parts;
  private final MetricsJson json;
  private final PrometheusText prometheus;

  StatusHandlers(ServerParts parts, HttpCounts counts) {
    this.parts = parts;
    json = new MetricsJson(parts, counts);
    prometheus = new PrometheusText(parts, counts);
  }

  /** Adds the routes. */
  void register(JavalinConfig config) {
    for (String ready : List.of("/health", "/health/ready")) {
      config.routes.get(ready, this::health);
      // Else a probe with HEAD would be told that all is well while the model loads.
      config.routes.head(ready, this::health);
    }
    config.routes.get("/health/live", this::live);
    config.routes.head("/health/live", this::live);
    config.routes.get("/metrics", this::metrics);
    config.routes.get("/metrics/prometheus", this::prometheus);
    config.routes.post("/clear-cache", this::clearCache);
  }

  /** Whether requests can be answered: 200 and {@code ready}, or 503 and why not. */
  private void health(Context context) {
    Optional<EdgeVlm> edgeVlm = parts.readiness().current();
    String status = status(edgeVlm.isPresent());
    ObjectNode json = Json.object();
    json.put("status", status);
    json.put("version", Version.current());
    json.put("progress", Json.rounded(parts.readiness().progress()));
    json.putObject("queue")
        .put("waiting", parts.queue().waiting())
        .put("capacity", parts.queue().capacity())
        .put("busy", parts.queue().busy())
        .put("stuck_workers", parts.queue().stuckWorkers());
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
    send(context, status.equals(READY), json);
  }

  private String status(boolean loaded) {
    if (!parts.queue().alive()) {
      return "stuck";
    }
    if (parts.queue().stopping()) {
      return "stopping";
    }
    return loaded ? READY : "loading";
  }

  /** Whether this process is worth keeping: 503 only where nothing but a new one helps. */
  private void live(Context context) {
    boolean alive = parts.queue().alive();
    send(context, alive, Json.object().put("status", alive ? "live" : "stuck"));
  }

  private static void send(Context context, boolean well, ObjectNode json) {
    if (!well) {
      context.header("Retry-After", "1");
    }
    context.status(well ? 200 : 503);
    context.contentType("application/json").result(Json.line(json));
  }

  /** Forgets the pictures that were encoded. */
  private void clearCache(Context context) {
    int images = parts.readiness().edgeVlm().clearImages();
    send(context, true, Json.object().put("images", images));
  }

  /** What was measured since the server began, as JSON or as who reads it prefers. */
  private void metrics(Context context) {
    String accept = context.header("Accept");
    boolean text = accept != null && PROMETHEUS.matcher(accept).find();
    context.header("Vary", "Accept");
    if (text) {
      prometheus(context);
    } else {
      String page = Json.line(json.page());
      context.contentType("application/json").result(page);
    }
  }

  private void prometheus(Context context) {
    String page = prometheus.page();
    context.contentType(PrometheusText.CONTENT_TYPE).result(page);
  }
}

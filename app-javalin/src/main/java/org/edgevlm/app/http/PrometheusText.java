package org.edgevlm.app.http;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.edgevlm.app.service.ServerParts;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.metrics.ImageCacheSnapshot;
import org.edgevlm.runtime.metrics.LatencySummary;
import org.edgevlm.runtime.metrics.Metrics;
import org.edgevlm.runtime.metrics.MetricsSnapshot;

/**
 * What {@code GET /metrics} says in the text form of Prometheus, with names that begin with {@code
 * edgevlm_}. Times are seconds. Everything on one page is of one moment.
 */
final class PrometheusText {

  /** Version 0.0.4 of the text form. */
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final double MILLIS = 1e3;

  /** What one page is made of. */
  private record Moment(
      MetricsSnapshot metrics,
      ImageCacheSnapshot images,
      int waiting,
      int requests,
      long uploadBytes,
      int stuckWorkers,
      Map<Integer, Long> responses) {}

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ServerParts parts;
  private final HttpCounts counts;
  private final Set<String> known = new HashSet<>();
  private Moment moment;

  PrometheusText(ServerParts parts, HttpCounts counts) {
    this.parts = parts;
    this.counts = counts;
    counter("requests", "requests that reached the model", m -> m.metrics().requests());
    counter("errors", "requests that the model failed", m -> m.metrics().errors());
    counter("tokens", "tokens of all answers", m -> m.metrics().tokens());
    gauge(
        "tokens.per.second",
        "all tokens by the time they took",
        m -> m.metrics().tokensPerSecond());
    gauge("resident.bytes", "memory of the process", m -> m.metrics().memory().residentBytes());
    gauge("heap.used.bytes", "Java heap in use", m -> m.metrics().memory().heapUsedBytes());
    gauge("queue.waiting", "requests that wait for the model", Moment::waiting);
    gauge("requests.in.flight", "requests that are let in", Moment::requests);
    gauge("upload.bytes", "memory that bodies take", Moment::uploadBytes);
    gauge("stuck.workers", "workers that were given up", Moment::stuckWorkers);
    gauge("image.cache.images", "encoded pictures that are kept", m -> m.images().images());
    gauge("image.cache.bytes", "memory that they take", m -> m.images().bytes());
    counter("image.cache.hits", "requests whose picture was there", m -> m.images().hits());
    counter("image.cache.misses", "requests whose picture wasn't", m -> m.images().misses());
    counter("image.cache.evictions", "pictures that made room", m -> m.images().evictions());
  }

  /**
   * The page as of now.
   *
   * @throws org.edgevlm.app.service.ProblemException while the model is still loading
   */
  synchronized String page() {
    EdgeVlm edgeVlm = parts.readiness().edgeVlm();
    moment =
        new Moment(
            edgeVlm.metrics(),
            edgeVlm.imageCache(),
            parts.queue().waiting(),
            parts.admission().requests(),
            parts.admission().bytes(),
            parts.queue().stuckWorkers(),
            counts.byStatus());
    moment.metrics().latency().keySet().forEach(this::addStage);
    moment.metrics().counters().keySet().forEach(this::addNamed);
    moment.responses().keySet().forEach(this::addStatus);
    return registry.scrape();
  }

  private void addStage(String stage) {
    if (!known.add("stage " + stage)) {
      return;
    }
    Tags tags = Tags.of("stage", stage);
    function("stage.count", "measurements of a stage", tags, m -> latency(m, stage).count());
    function(
        "stage.seconds",
        "time that a stage took in all",
        tags,
        m -> latency(m, stage).meanMs() * latency(m, stage).count() / MILLIS);
    quantile(stage, "0.5", LatencySummary::p50Ms);
    quantile(stage, "0.95", LatencySummary::p95Ms);
    quantile(stage, "0.99", LatencySummary::p99Ms);
  }

  private void quantile(String stage, String quantile, ToDoubleFunction<LatencySummary> millis) {
    Gauge.builder(
            "edgevlm.stage.latency.seconds",
            this,
            text -> millis.applyAsDouble(latency(text.moment, stage)) / MILLIS)
        .description("how long a stage takes")
        .tags("stage", stage, "quantile", quantile)
        .register(registry);
  }

  private static LatencySummary latency(Moment moment, String stage) {
    return moment.metrics().latency().get(stage);
  }

  /** What strategies, policies and the pipeline count; only sizes may go down again. */
  private void addNamed(String name) {
    if (!known.add("counter " + name)) {
      return;
    }
    ToDoubleFunction<Moment> value = m -> m.metrics().counters().getOrDefault(name, 0L);
    String description = "the counter " + name + " of the answers";
    if (name.startsWith(Metrics.KV_BYTES)) {
      gauge("answers." + name, description, value);
    } else {
      counter("answers." + name, description, value);
    }
  }

  private void addStatus(int status) {
    if (known.add("status " + status)) {
      function(
          "http.responses",
          "answers by status",
          Tags.of("status", Integer.toString(status)),
          m -> m.responses().getOrDefault(status, 0L));
    }
  }

  private void counter(String name, String description, ToDoubleFunction<Moment> value) {
    function(name, description, Tags.empty(), value);
  }

  private void function(
      String name, String description, Tags tags, ToDoubleFunction<Moment> value) {
    FunctionCounter.builder("edgevlm." + name, this, text -> value.applyAsDouble(text.moment))
        .description(description)
        .tags(tags)
        .register(registry);
  }

  private void gauge(String name, String description, ToDoubleFunction<Moment> value) {
    Gauge.builder("edgevlm." + name, this, text -> value.applyAsDouble(text.moment))
        .description(description)
        .register(registry);
  }
}

package org.edgevlm.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.edgevlm.app.json.Json;
import org.edgevlm.app.service.Admission;
import org.edgevlm.app.service.RunningAnswer;
import org.edgevlm.app.service.ServerParts;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.config.CoreKeys;

/**
 * {@code POST /benchmark}: captions a picture of the program's own a few times. Each goes through
 * the queue, so that other requests have their turn in between.
 */
final class BenchmarkRoute {

  private static final String PICTURE = "benchmark.jpg";
  private static final int RUNS = 5;

  private final ServerParts parts;
  private final ByteBuffer picture;

  BenchmarkRoute(ServerParts parts) {
    this.parts = parts;
    try (InputStream in = BenchmarkRoute.class.getResourceAsStream(PICTURE)) {
      if (in == null) {
        throw new IllegalStateException("the program's jar lacks " + PICTURE);
      }
      picture = ByteBuffer.wrap(in.readAllBytes()).asReadOnlyBuffer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds the route, if the settings want it. */
  void register(JavalinConfig config) {
    if (parts.settings().benchmark()) {
      config.routes.post("/benchmark", this::run);
    }
  }

  private void run(Context context) {
    parts.readiness().edgeVlm();
    int maxTokens = parts.configuration().get(CoreKeys.MAX_LENGTH);
    AnswerRequest request = AnswerRequest.caption(picture.duplicate(), maxTokens);
    ClientWatch client = ClientWatch.of(context);
    List<Answer> answers = new ArrayList<>();
    try (Admission.Place place = parts.admission().enter()) {
      place.take(picture.remaining());
      // One more than is counted: the first warms up.
      for (int run = 0; run <= RUNS; run++) {
        try (RunningAnswer running = parts.queue().submitFresh(request)) {
          answers.add(client.answer(running));
        }
      }
    }
    answers.remove(0);
    ObjectNode json = Json.object();
    json.put("runs", RUNS);
    json.put("text", answers.get(0).text());
    json.put("tokens", answers.get(0).tokens());
    ObjectNode latency = json.putObject("latency");
    write(latency.putObject("vision"), answers, answer -> answer.timings().visionMs());
    write(latency.putObject("encode"), answers, answer -> answer.timings().encodeMs());
    write(latency.putObject("prefill"), answers, answer -> answer.timings().prefillMs());
    write(latency.putObject("decode"), answers, answer -> answer.timings().decodeMs());
    write(latency.putObject("total"), answers, answer -> answer.timings().totalMs());
    Json.writePlugins(json.putObject("plugins"), answers.get(0).plugins());
    context.contentType("application/json").result(Json.line(json));
  }

  private static void write(
      ObjectNode json, List<Answer> answers, ToDoubleFunction<Answer> millis) {
    double[] sorted = answers.stream().mapToDouble(millis).sorted().toArray();
    json.put("min_ms", Json.rounded(sorted[0]));
    json.put("median_ms", Json.rounded(sorted[sorted.length / 2]));
    json.put("max_ms", Json.rounded(sorted[sorted.length - 1]));
  }
}

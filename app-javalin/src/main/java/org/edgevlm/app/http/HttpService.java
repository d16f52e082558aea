package org.edgevlm.app.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.MissingCapabilityException;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.inference.ContextFullException;
import org.edgevlm.spi.inference.GrammarException;
import org.edgevlm.spi.vision.ImageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The REST server. It listens from the start and answers 503 until {@link #ready} brings the model,
 * so that whoever watches it can tell loading from gone.
 */
public final class HttpService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HttpService.class);
  private static final int MAX_THREADS = 32;
  private static final int MIN_THREADS = 4;

  private final Readiness readiness = new Readiness();
  private final HttpCounts counts = new HttpCounts();
  private final String host;
  private final Javalin javalin;

  private HttpService(Configuration configuration, String host) {
    this.host = host;
    AnswerHandlers answers = new AnswerHandlers(readiness, configuration);
    StatusHandlers status = new StatusHandlers(readiness, counts);
    this.javalin =
        Javalin.create(
            config -> {
              configure(config);
              config.routes.post("/caption", answers::caption);
              config.routes.post("/vqa", answers::vqa);
              config.routes.get("/health", status::health);
              // Else a probe with HEAD would be told that all is well while the model loads.
              config.routes.head("/health", status::health);
              config.routes.get("/metrics", status::metrics);
              config.routes.after(context -> counts.count(context.statusCode()));
              routeProblems(config);
            });
  }

  /**
   * Starts to listen.
   *
   * @param port 0 for a free one
   * @throws EdgeVlmException if the address can't be listened on
   */
  public static HttpService start(Configuration configuration, String host, int port) {
    HttpService service = new HttpService(configuration, host);
    try {
      service.javalin.start(host, port);
    } catch (RuntimeException e) {
      service.close();
      throw new EdgeVlmException(
          "can't listen on "
              + host
              + " port "
              + port
              + ": the port is taken, or the address isn't"
              + " this machine's",
          e);
    }
    return service;
  }

  /** From now on requests are answered. */
  public void ready(EdgeVlm edgeVlm) {
    readiness.ready(edgeVlm);
  }

  /** The address to send requests to. */
  public String address() {
    String name = host.contains(":") ? "[" + host + "]" : host;
    return "http://" + name + ":" + javalin.port();
  }

  /** Stops listening, after the requests in progress. Idempotent. */
  @Override
  public void close() {
    javalin.stop();
  }

  private static void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.prefer405over404 = true;
    config.jetty.threadPool = new QueuedThreadPool(MAX_THREADS, MIN_THREADS);
    config.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
    config.jetty.modifyServer(server -> server.setErrorHandler(new ProblemErrorHandler()));
    config.jetty.modifyServletContextHandler(
        context -> context.setErrorHandler(new ProblemErrorHandler()));
    config.routes.before(context -> context.header("Cache-Control", "no-store"));
  }

  private void routeProblems(JavalinConfig config) {
    config.routes.exception(
        ProblemException.class,
        (error, context) -> {
          LOG.debug("{} {}", context.path(), error.problem(), error);
          send(context, error.problem());
        });
    config.routes.exception(
        ImageException.class,
        (error, context) -> {
          LOG.info("picture refused: {}", error.getMessage());
          send(context, ofImage(error.reason()));
        });
    config.routes.exception(
        ContextFullException.class,
        (error, context) -> {
          LOG.info("prompt refused: {}", error.getMessage());
          send(context, Problem.PROMPT_TOO_LONG);
        });
    config.routes.exception(
        GrammarException.class,
        (error, context) -> {
          LOG.info("grammar refused: {}", error.getMessage());
          send(context, Problem.BAD_GRAMMAR);
        });
    config.routes.exception(
        MissingCapabilityException.class,
        (error, context) -> {
          // Of what a request can ask for, only a grammar is a matter of capabilities.
          LOG.info("grammar refused: {}", error.getMessage());
          send(context, Problem.GRAMMAR_UNSUPPORTED);
        });
    config.routes.exception(
        HttpResponseException.class,
        (error, context) -> {
          String methods = error.getDetails().get("availableMethods");
          if (methods != null) {
            context.header("Allow", methods);
          }
          send(context, Problem.ofStatus(error.getStatus()));
        });
    config.routes.exception(
        Exception.class,
        (error, context) -> {
          LOG.error("{} failed", context.path(), error);
          send(context, Problem.INTERNAL_ERROR);
        });
  }

  private static Problem ofImage(ImageException.Reason reason) {
    return switch (reason) {
      case UNSUPPORTED -> Problem.UNSUPPORTED_PICTURE;
      case CORRUPT -> Problem.CORRUPT_PICTURE;
      case TOO_LARGE -> Problem.PICTURE_TOO_LARGE;
    };
  }

  private static void send(Context context, Problem problem) {
    if (problem.status() == 503) {
      context.header("Retry-After", "1");
    }
    context.status(problem.status());
    context.contentType(Problem.CONTENT_TYPE).result(problem.json());
  }

  /** For what goes wrong before or after a handler of ours, such as a malformed request line. */
  private static final class ProblemErrorHandler extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      Problem problem = Problem.ofStatus(response.getStatus());
      response.setStatus(problem.status());
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE);
      ByteBuffer body = ByteBuffer.wrap(problem.json().getBytes(StandardCharsets.UTF_8));
      response.write(true, body, callback);
      return true;
    }
  }
}

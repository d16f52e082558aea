package org.edgevlm.app.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.edgevlm.app.openai.OpenAiRoutes;
import org.edgevlm.app.openapi.OpenApiRoutes;
import org.edgevlm.app.service.AccessToken;
import org.edgevlm.app.service.Problem;
import org.edgevlm.app.service.ServerParts;
import org.edgevlm.app.service.ServerSettings;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.inference.LoadProgress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The REST server. It listens from the start and answers 503 until {@link #ready} brings the model,
 * so that whoever watches it can tell loading from gone.
 */
public final class HttpService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HttpService.class);

  /** For looks at health and metrics while all requests that are let in have their threads. */
  private static final int SPARE_THREADS = 16;

  private static final int MIN_THREADS = 4;
  private static final int MAX_CONNECTIONS = 512;
  private static final long DRAIN_BYTES = 64 << 20;

  /** Of the spare threads, those that may read what nobody wants. */
  private static final Semaphore DRAINS = new Semaphore(SPARE_THREADS / 2);

  /** What the counts call it; nobody is there to read it. */
  private static final int CLIENT_GONE = 499;

  private static final Duration IDLE_TIME = Duration.ofSeconds(15);

  /** What is answered when the server stops is small: only who hardly reads takes longer. */
  private static final Duration SEND_TIME = Duration.ofSeconds(5);

  private final ServerParts parts;
  private final HttpCounts counts = new HttpCounts();

  /** Those that aren't answered to their last byte. */
  private final GracefulHandler requests = new GracefulHandler();

  private final String host;
  private final Javalin javalin;

  private HttpService(
      Configuration configuration,
      ServerSettings settings,
      Optional<AccessToken> token,
      String host) {
    this.host = host;
    parts = ServerParts.of(configuration, settings);
    Guards guards = new Guards(settings, token, host);
    this.javalin =
        Javalin.create(
            config -> {
              configure(config);
              guards.register(config);
              new WebPage().register(config);
              new AnswerHandlers(parts).register(config);
              new OpenAiRoutes(parts, new HttpExchange(settings)).register(config);
              new OpenApiRoutes().register(config);
              new StatusHandlers(parts, counts).register(config);
              new BenchmarkRoute(parts).register(config);
              config.routes.after(context -> counts.count(context.statusCode()));
              routeProblems(config);
            });
  }

  /**
   * Starts to listen, with every key of the server at its default and without a token.
   *
   * @param port 0 for a free one
   * @throws EdgeVlmException if the address can't be listened on
   */
  public static HttpService start(Configuration configuration, String host, int port) {
    return start(configuration, ServerSettings.defaults(), Optional.empty(), host, port);
  }

  /**
   * Starts to listen.
   *
   * @param token what clients have to know, where they have to
   * @param port 0 for a free one
   * @throws EdgeVlmException if the address can't be listened on
   */
  public static HttpService start(
      Configuration configuration,
      ServerSettings settings,
      Optional<AccessToken> token,
      String host,
      int port) {
    HttpService service = new HttpService(configuration, settings, token, host);
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

  /** Told how far the loading of the model is. */
  public LoadProgress progress() {
    return parts.readiness();
  }

  /** From now on requests are answered. */
  public void ready(EdgeVlm edgeVlm) {
    parts.readiness().ready(edgeVlm);
  }

  /** The address to send requests to. */
  public String address() {
    String name = host.contains(":") ? "[" + host + "]" : host;
    return "http://" + name + ":" + javalin.port();
  }

  /** The routes that are registered, as in {@code POST /caption}, for the document of them. */
  Set<String> routes() {
    return javalin.unsafe.internalRouter.allHttpHandlers().stream()
        .map(handler -> handler.endpoint)
        .filter(endpoint -> endpoint.method.isHttpMethod())
        .map(endpoint -> endpoint.method.name() + " " + endpoint.path)
        .collect(Collectors.toSet());
  }

  /** As {@link #stop}. */
  @Override
  public void close() {
    stop();
  }

  /**
   * Takes no more requests, lets those there are be answered for as long as {@code
   * server.stop_seconds} says, then ends them, and stops listening. Idempotent.
   *
   * @return whether the model is at rest: otherwise a step is still running inside of native code,
   *     and the model must not be freed
   */
  public boolean stop() {
    boolean atRest = parts.queue().stop();
    awaitSent();
    javalin.stop();
    return atRest;
  }

  /** Jetty's own wait would be for idle connections, too. */
  private void awaitSent() {
    try {
      requests.shutdown().get(SEND_TIME.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.info("some clients don't read what they are sent: their connections are closed");
    } catch (ExecutionException e) {
      throw new IllegalStateException("counting requests never fails", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.prefer405over404 = true;
    config.jetty.threadPool =
        new QueuedThreadPool(parts.settings().requests() + SPARE_THREADS, MIN_THREADS);
    config.jetty.modifyHttpConfiguration(
        http -> {
          http.setSendServerVersion(false);
          http.setIdleTimeout(IDLE_TIME.toMillis());
        });
    config.jetty.modifyServer(
        server -> {
          server.setErrorHandler(new ProblemErrorHandler());
          server.setHandler(requests);
          server.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, server));
        });
    config.jetty.modifyServletContextHandler(
        context -> context.setErrorHandler(new ProblemErrorHandler()));
  }

  private static void routeProblems(JavalinConfig config) {
    config.routes.exception(
        ClientWatch.ClientGoneException.class, (error, context) -> context.status(CLIENT_GONE));
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
          Problem problem = Problem.of(error);
          String id = context.res().getHeader(Guards.REQUEST_ID);
          if (problem == Problem.INTERNAL_ERROR) {
            // What an exception says may have a path or a user's words in it.
            LOG.error("request {} failed: {}", id, error.getClass().getSimpleName());
            LOG.debug("request {}", id, error);
          } else {
            LOG.info("request {}: {}: {}", id, problem, error.getMessage());
          }
          send(context, problem);
        });
  }

  private static void send(Context context, Problem problem) {
    problem
        .retryAfter()
        .ifPresent(seconds -> context.header("Retry-After", Integer.toString(seconds)));
    drain(context);
    if (OpenAiRoutes.covers(context.path())) {
      OpenAiRoutes.send(context, problem);
      return;
    }
    context.status(problem.status());
    context.contentType(Problem.CONTENT_TYPE).result(problem.json());
  }

  /** So that a client which sends everything before it reads gets the answer. */
  private static void drain(Context context) {
    if (!DRAINS.tryAcquire()) {
      return;
    }
    try {
      Body.drain(context.req().getInputStream(), DRAIN_BYTES);
    } catch (IOException e) {
      LOG.debug("the rest of a body can't be read", e);
    } finally {
      DRAINS.release();
    }
  }

  /** For what goes wrong before or after a handler of ours, such as a malformed request line. */
  private static final class ProblemErrorHandler extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      Problem problem = Problem.ofStatus(response.getStatus());
      response.setStatus(problem.status());
      Guards.SECURITY.forEach(response.getHeaders()::put);
      response
          .getHeaders()
          .computeField(
              Guards.REQUEST_ID,
              (name, fields) ->
                  fields == null || fields.isEmpty()
                      ? new HttpField(name, Guards.newId())
                      : fields.get(0));
      problem
          .retryAfter()
          .ifPresent(seconds -> response.getHeaders().put(HttpHeader.RETRY_AFTER, seconds));
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE);
      ByteBuffer body = ByteBuffer.wrap(problem.json().getBytes(StandardCharsets.UTF_8));
      response.write(true, body, callback);
      return true;
    }
  }
}

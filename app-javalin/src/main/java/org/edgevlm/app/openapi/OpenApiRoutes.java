package org.edgevlm.app.openapi;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.edgevlm.app.json.Json;

/**
 * {@code GET /openapi.json} and {@code GET /docs}, a page that shows it. The page has its parts
 * from this server only and needs no exception from its security policy.
 */
public final class OpenApiRoutes {

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
          + " form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

  /** Routes of any server. */
  public OpenApiRoutes() {}

  /** Adds the routes. */
  public void register(JavalinConfig config) {
    byte[] document = Json.line(OpenApiDocument.read()).getBytes(StandardCharsets.UTF_8);
    serve(config, "/openapi.json", "application/json", document);
    serve(config, "/docs", "text/html; charset=utf-8", file("docs.html"));
    serve(config, "/openapi/docs.css", "text/css; charset=utf-8", file("docs.css"));
    serve(config, "/openapi/docs.js", "text/javascript; charset=utf-8", file("docs.js"));
  }

  private static void serve(JavalinConfig config, String path, String type, byte[] content) {
    config.routes.get(path, context -> send(context, type, content));
    config.routes.head(path, context -> send(context, type, content));
  }

  private static void send(Context context, String type, byte[] content) {
    context.header("Content-Security-Policy", POLICY);
    context.header("Cache-Control", "no-cache");
    context.contentType(type).result(content);
  }

  private static byte[] file(String name) {
    try (InputStream in = OpenApiRoutes.class.getResourceAsStream("/openapi/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the program's jar lacks the page's file " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package org.edgevlm.app.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

/**
 * The web page: {@code /} and its files below {@code /web/}, which are resources of this module.
 * They are read once and served from memory. What isn't listed here isn't served, whatever an
 * address asks for.
 */
final class WebPage {

  private static final String PAGE = "index.html";
  private static final String STYLE = "style.css";
  private static final String ICON = "icon.svg";
  private static final String[] SCRIPTS = {
    "camera.js",
    "chart.js",
    "client.js",
    "events.js",
    "page.js",
    "parts.js",
    "picture.js",
    "readiness.js",
    "speech.js",
    "token.js",
    "turn.js",
  };

  /** In place of what {@link Guards} says of every answer, or besides it. */
  private static final Map<String, String> SECURITY =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
              + " connect-src 'self'; media-src 'self' blob:; form-action 'none';"
              + " frame-ancestors 'none'; base-uri 'none'",
          "Permissions-Policy",
          "camera=(self), microphone=(), geolocation=()");

  /** A file as it is sent. */
  private record Resource(byte[] content, String contentType, String etag) {}

  /** Adds the page's routes. */
  void register(JavalinConfig config) {
    serve(config, "/", read(PAGE, "text/html; charset=utf-8"));
    serve(config, "/web/" + STYLE, read(STYLE, "text/css; charset=utf-8"));
    serve(config, "/web/" + ICON, read(ICON, "image/svg+xml"));
    for (String script : SCRIPTS) {
      serve(config, "/web/" + script, read(script, "text/javascript; charset=utf-8"));
    }
  }

  private static void serve(JavalinConfig config, String path, Resource resource) {
    config.routes.get(path, context -> send(context, resource));
    config.routes.head(path, context -> send(context, resource));
  }

  private static void send(Context context, Resource resource) {
    SECURITY.forEach(context::header);
    // Kept, but asked about each time: after an update the files fit each other at once.
    context.header("Cache-Control", "no-cache");
    context.header("ETag", resource.etag());
    String known = context.header("If-None-Match");
    if (known != null && (known.strip().equals("*") || known.contains(resource.etag()))) {
      context.status(304);
    } else {
      context.contentType(resource.contentType()).result(resource.content());
    }
  }

  private static Resource read(String name, String contentType) {
    try (InputStream in = WebPage.class.getResourceAsStream("/web/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the program's jar lacks the web page's file " + name);
      }
      byte[] content = in.readAllBytes();
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      String etag = '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(digest) + '"';
      return new Resource(content, contentType, etag);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}

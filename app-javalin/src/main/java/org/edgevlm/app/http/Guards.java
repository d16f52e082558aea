package org.edgevlm.app.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.edgevlm.app.service.AccessToken;
import org.edgevlm.app.service.Problem;
import org.edgevlm.app.service.ServerSettings;

/**
 * What every request passes before its handler: a request id, headers that keep browsers from
 * guessing, the name that the client called (DNS rebinding), the page that it comes from (other
 * sites' pages) and the token.
 */
final class Guards {

  /** The header that names a request, in its answer and in the log. */
  static final String REQUEST_ID = "X-Request-Id";

  /** Of every answer, unless its route says otherwise. */
  static final Map<String, String> SECURITY =
      Map.of(
          "Cache-Control",
          "no-store",
          "Content-Security-Policy",
          "default-src 'none'; frame-ancestors 'none'",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Referrer-Policy",
          "no-referrer",
          "X-Content-Type-Options",
          "nosniff",
          "X-Frame-Options",
          "DENY");

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final String BEARER = "bearer ";
  private static final String CORS_METHODS = "GET, HEAD, POST";
  private static final String CORS_HEADERS = "Authorization, Content-Type, X-Request-Id";

  /** Without secrets, and needed before a token can be typed in or by who watches the process. */
  private static final Set<String> OPEN_ADDRESSES =
      Set.of("/", "/docs", "/health", "/health/live", "/health/ready", "/favicon.ico");

  private static final List<String> OPEN_FOLDERS = List.of("/web/", "/openapi");

  private final Set<String> hosts = new HashSet<>();
  private final Set<String> origins;
  private final Optional<AccessToken> token;

  Guards(ServerSettings settings, Optional<AccessToken> token, String listensOn) {
    hosts.add("localhost");
    hosts.add(listensOn.toLowerCase(Locale.ROOT));
    settings.allowedHosts().forEach(name -> hosts.add(name.toLowerCase(Locale.ROOT)));
    origins = Set.copyOf(settings.corsOrigins());
    this.token = token;
  }

  /** Has every request pass. */
  void register(JavalinConfig config) {
    config.routes.before(this::check);
  }

  private void check(Context context) {
    SECURITY.forEach(context::header);
    context.header(REQUEST_ID, requestId(context));
    if (!isKnownHost(context.req().getServerName())) {
      throw Problem.HOST_NOT_ALLOWED.exception();
    }
    if (checkOrigin(context)) {
      return;
    }
    if (token.isPresent() && !isOpen(context)) {
      String header = context.header("Authorization");
      boolean bearer = header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length());
      if (!bearer || !token.get().matches(header.substring(BEARER.length()).strip())) {
        context.header("WWW-Authenticate", "Bearer");
        throw Problem.UNAUTHORIZED.exception();
      }
    }
  }

  /** The client's own id, where it is harmless in a log; otherwise a new one. */
  static String requestId(Context context) {
    String given = context.header(REQUEST_ID);
    return given != null && ID.matcher(given).matches() ? given : newId();
  }

  static String newId() {
    return String.format("%016x", ThreadLocalRandom.current().nextLong());
  }

  // A page whose name is bound to this machine's address by its own name server has the same origin
  // as this server, as far as the browser knows. But it calls this server by that name. Addresses
  // in
  // figures can't be bound to anything else.
  private boolean isKnownHost(String name) {
    String plain = name.toLowerCase(Locale.ROOT);
    return hosts.contains(plain) || IPV4.matcher(plain).matches() || plain.contains(":");
  }

  /**
   * Refuses what another site's page sends. Reading the answer is forbidden to it anyway, but not
   * sending a form, and that alone keeps the model busy.
   *
   * @return whether it was a question about permissions, which is answered now
   */
  private boolean checkOrigin(Context context) {
    String origin = context.header("Origin");
    if (origin == null) {
      return false;
    }
    boolean listed = origins.contains(origin);
    if (!listed && !isOwn(origin, context.header("Host"))) {
      throw Problem.ORIGIN_NOT_ALLOWED.exception();
    }
    if (listed) {
      context.header("Access-Control-Allow-Origin", origin);
      context.header("Access-Control-Expose-Headers", "Retry-After, " + REQUEST_ID);
      context.header("Vary", "Origin");
    }
    boolean asks =
        context.method() == HandlerType.OPTIONS
            && context.header("Access-Control-Request-Method") != null;
    if (listed && asks) {
      context.header("Access-Control-Allow-Methods", CORS_METHODS);
      context.header("Access-Control-Allow-Headers", CORS_HEADERS);
      context.header("Access-Control-Max-Age", "600");
      context.status(204).skipRemainingHandlers();
      return true;
    }
    return false;
  }

  private static boolean isOwn(String origin, String host) {
    try {
      String authority = URI.create(origin).getRawAuthority();
      return authority != null && authority.equalsIgnoreCase(host);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isOpen(Context context) {
    String path = context.path();
    boolean looks = context.method() == HandlerType.GET || context.method() == HandlerType.HEAD;
    return looks
        && (OPEN_ADDRESSES.contains(path) || OPEN_FOLDERS.stream().anyMatch(path::startsWith));
  }
}

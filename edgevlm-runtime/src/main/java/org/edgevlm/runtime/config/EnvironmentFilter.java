package org.edgevlm.runtime.config;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tells which environment variables are meant for the configuration. Those with the prefix are,
 * except the launcher's own, and except what Kubernetes adds to a container where a Service is
 * called {@code edgevlm}: {@code EDGEVLM_SERVICE_HOST}, {@code EDGEVLM_SERVICE_PORT} with or
 * without the name of a port behind it, {@code EDGEVLM_PORT=tcp://…}, and {@code
 * EDGEVLM_PORT_8080_TCP} with or without {@code _PROTO}, {@code _PORT} or {@code _ADDR}.
 */
final class EnvironmentFilter {

  /**
   * Variables with the prefix that are the launcher's, not keys; and the server's token, which must
   * not be a key: those are shown by {@code edgevlm config} and can be given on the command line.
   */
  private static final Set<String> LAUNCHER =
      Set.of(
          "EDGEVLM_HOME", "EDGEVLM_CONFIG", "EDGEVLM_JAVA", "EDGEVLM_JAVA_OPTS", "EDGEVLM_TOKEN");

  private static final Pattern SERVICE_LINK =
      Pattern.compile("EDGEVLM_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT|PORT_\\d+_(TCP|UDP)(_.*)?)");

  private static final String PORT = "EDGEVLM_PORT";

  private EnvironmentFilter() {}

  /** Whether a variable is to set a key. */
  static boolean isSetting(String name, String value) {
    return name.startsWith(Schema.ENV_PREFIX)
        && !LAUNCHER.contains(name)
        && !isServiceLink(name, value);
  }

  private static boolean isServiceLink(String name, String value) {
    // Somebody who sets EDGEVLM_PORT=9090 means EDGEVLM_SERVER_PORT and is to be told so.
    return SERVICE_LINK.matcher(name).matches() && (!name.equals(PORT) || value.contains("://"));
  }
}

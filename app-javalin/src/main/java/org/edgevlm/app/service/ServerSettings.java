package org.edgevlm.app.service;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.ConfigValues;

/**
 * What the server's part of the configuration comes to: how much it takes at a time, for how long,
 * and from whom.
 *
 * @param queue requests that may wait for the model, at least 1
 * @param requests requests that are read, wait, are answered or are sent at a time; each holds a
 *     thread
 * @param uploadBytes bytes of bodies that are in memory at a time
 * @param uploadTime how long a body may take to arrive
 * @param deadline how long a request may take, counted from its place in the queue
 * @param stuckAfter how long the model may show no sign of life before its worker is given up
 * @param stopTime how long requests may go on once the server is to stop
 * @param allowedHosts names in {@code Host} that are allowed beside localhost and figures
 * @param corsOrigins other origins whose pages may ask
 * @param benchmark whether there is a {@code POST /benchmark}
 */
public record ServerSettings(
    int queue,
    int requests,
    long uploadBytes,
    Duration uploadTime,
    Duration deadline,
    Duration stuckAfter,
    Duration stopTime,
    List<String> allowedHosts,
    List<String> corsOrigins,
    boolean benchmark) {

  public ServerSettings {
    Objects.requireNonNull(uploadTime, "uploadTime");
    Objects.requireNonNull(deadline, "deadline");
    Objects.requireNonNull(stuckAfter, "stuckAfter");
    Objects.requireNonNull(stopTime, "stopTime");
    allowedHosts = List.copyOf(allowedHosts);
    corsOrigins = List.copyOf(corsOrigins);
  }

  /** What a configuration that was loaded with {@link ServerKeys#ALL} says. */
  public static ServerSettings of(ConfigValues values) {
    return new ServerSettings(
        values.get(ServerKeys.QUEUE),
        values.get(ServerKeys.REQUESTS),
        (long) values.get(ServerKeys.UPLOAD_MB) << 20,
        Duration.ofSeconds(values.get(ServerKeys.UPLOAD_SECONDS)),
        Duration.ofSeconds(values.get(ServerKeys.DEADLINE_SECONDS)),
        Duration.ofSeconds(values.get(ServerKeys.STUCK_SECONDS)),
        Duration.ofSeconds(values.get(ServerKeys.STOP_SECONDS)),
        values.get(ServerKeys.ALLOWED_HOSTS),
        values.get(ServerKeys.CORS_ORIGINS),
        values.get(ServerKeys.BENCHMARK));
  }

  /** Every key at its default. */
  public static ServerSettings defaults() {
    return of(Configuration.defaults(PluginRegistry.of(List.of()), ServerKeys.ALL));
  }
}

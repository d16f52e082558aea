package org.edgevlm.runtime;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.edgevlm.spi.Capability;

/**
 * A configured plugin that doesn't run because the backend lacks something, which {@code degrade:
 * true} turns from an error into this.
 *
 * @param service the configuration key that names the plugin: {@code cache} or {@code decoding}
 * @param plugin the plugin's id
 * @param missing what the backend lacks, at least one
 * @param fallback what happens in its place: {@link #LEFT_OUT}, or the id of the plugin that runs
 * @param warning one sentence for the user
 */
public record Degradation(
    String service, String plugin, Set<Capability> missing, String fallback, String warning) {

  /** The fallback of a cache policy: the cache is reviewed by the other policies only, if any. */
  public static final String LEFT_OUT = "left out";

  public Degradation {
    Objects.requireNonNull(service, "service");
    Objects.requireNonNull(plugin, "plugin");
    // Keeps the order of the enum, so that whatever lists them lists them alike.
    missing = Collections.unmodifiableSet(EnumSet.copyOf(missing));
    Objects.requireNonNull(fallback, "fallback");
    Objects.requireNonNull(warning, "warning");
  }
}
